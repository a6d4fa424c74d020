/**
 * What the wearer does: buttons, taps, swipes, menu items, confirmations.
 *
 * Garmin's BehaviorDelegate reference: a behaviour comes first (select, back, menu, next and previous page); when its
 * method gives false, the plain input follows (onKey, onTap, onSwipe); when nobody took a "back", the view is left.
 */
import { MObject } from '../language/values.mjs';

const KEYS = {
  select: { code: 4, behaviour: 'onSelect' },
  back: { code: 5, behaviour: 'onBack' },
  menu: { code: 7, behaviour: 'onMenu' },
  down: { code: 8, behaviour: 'onNextPage' },
  up: { code: 13, behaviour: 'onPreviousPage' },
};
const SWIPES = {
  up: { code: 0, behaviour: 'onNextPage' },
  right: { code: 1, behaviour: 'onBack' },
  down: { code: 2, behaviour: 'onPreviousPage' },
  left: { code: 3, behaviour: null },
};
const PRESSED_AND_RELEASED = 2;
const TAP = 0;
const MENU_STEPS = { down: 1, up: -1 };

/** The wearer cannot do that on this watch or on this screen. */
export class NotPossible extends Error {}

export class Input {
  constructor(process) {
    this.process = process;
  }

  get #machine() {
    return this.process.machine;
  }

  get #top() {
    const { top } = this.process.views;
    if (this.process.ended || !top) throw new NotPossible('the app has ended');
    return top;
  }

  #is(view, path) {
    return this.#machine.isSubclass(view.cls, this.#machine.resolve(path));
  }

  get #isMenu() {
    return this.#is(this.#top.view, 'Toybox.WatchUi.Menu2');
  }

  get #isConfirmation() {
    return this.#is(this.#top.view, 'Toybox.WatchUi.Confirmation');
  }

  /** Whether the delegate has the method and took the input with it. */
  #offer(method, args) {
    const { delegate } = this.#top;
    if (!(delegate instanceof MObject) || !method || !this.#machine.findMethod(delegate.cls, method)) return false;
    return this.#machine.callMethod(delegate, method, args) === true;
  }

  #event(path, native) {
    return this.#machine.nativeObject(path, {}, native);
  }

  #act(what, action) {
    this.process.run(what, action);
    this.process.drain();
  }

  /** @param {'select'|'back'|'menu'|'up'|'down'} key */
  press(key) {
    if (!this.process.profile.keys.includes(key)) {
      throw new NotPossible(`a ${this.process.profile.name} has no button for '${key}'`);
    }
    if (this.#isConfirmation) return this.#answerByKey(key);
    return this.#act(`pressing ${key}`, () => (this.#isMenu ? this.#pressInMenu(key) : this.#pressInView(key)));
  }

  #pressInView(key) {
    const { code, behaviour } = KEYS[key];
    const event = this.#event('Toybox.WatchUi.KeyEvent', { key: code, type: PRESSED_AND_RELEASED });
    const isTaken = this.#offer(behaviour, []) || this.#offer('onKey', [event]);
    if (!isTaken && key === 'back') this.process.views.pop();
  }

  #pressInMenu(key) {
    const { view } = this.#top;
    if (key in MENU_STEPS) this.#moveFocus(view.native, MENU_STEPS[key]);
    else if (key === 'select') this.#select(view.native.focus);
    else if (key === 'back') this.#leaveMenu();
  }

  #moveFocus(menu, step) {
    menu.focus = (menu.focus + step + menu.items.length) % Math.max(1, menu.items.length);
    this.process.views.requestUpdate();
  }

  #leaveMenu() {
    const { delegate } = this.#top;
    if (delegate) this.#machine.callMethod(delegate, 'onBack', []);
    else this.process.views.pop();
  }

  #select(index) {
    const { view, delegate } = this.#top;
    const item = view.native.items[index];
    if (!item) throw new NotPossible('the menu is empty');
    view.native.focus = index;
    if (item.native.isToggle) item.native.isOn = !item.native.isOn;
    this.process.views.requestUpdate();
    if (delegate) this.#machine.callMethod(delegate, 'onSelect', [item]);
  }

  #answerByKey(key) {
    if (key === 'select' || key === 'back') return this.confirm(key === 'select');
    throw new NotPossible('a confirmation takes select and back');
  }

  #requireTouch() {
    if (!this.process.profile.touch) throw new NotPossible(`a ${this.process.profile.name} has no touch screen`);
  }

  /** @param {number} x @param {number} y pixels from the left and the top */
  tap(x, y) {
    this.#requireTouch();
    const event = this.#event('Toybox.WatchUi.ClickEvent', { coordinates: [x, y], type: TAP });
    this.#act('tapping', () => {
      if (this.#isMenu) this.#select(this.#top.view.native.itemAt(y) ?? this.#top.view.native.focus);
      else if (!this.#offer('onSelect', [])) this.#offer('onTap', [event]);
    });
  }

  /** @param {'up'|'down'|'left'|'right'} direction in which the finger moves */
  swipe(direction) {
    this.#requireTouch();
    if (this.#isConfirmation) throw new NotPossible('a confirmation takes no swipe');
    const { code, behaviour } = SWIPES[direction];
    const event = this.#event('Toybox.WatchUi.SwipeEvent', { direction: code });
    this.#act(`swiping ${direction}`, () => {
      if (this.#isMenu) this.#swipeInMenu(direction);
      else if (!this.#offer(behaviour, []) && !this.#offer('onSwipe', [event]) && behaviour === 'onBack') {
        this.process.views.pop();
      }
    });
  }

  #swipeInMenu(direction) {
    if (direction === 'right') this.#leaveMenu();
    else if (direction !== 'left') this.#moveFocus(this.#top.view.native, direction === 'up' ? 1 : -1);
  }

  /** Chooses a menu item by its label. */
  choose(label) {
    if (!this.#isMenu) throw new NotPossible('no menu is open');
    const labels = this.#top.view.native.labels();
    const index = labels.indexOf(label);
    if (index < 0) throw new NotPossible(`the menu has no '${label}', but: ${labels.join(', ')}`);
    this.#act(`choosing ${label}`, () => this.#select(index));
  }

  /**
   * Answers the confirmation that is shown. Whether it closes before or after its delegate hears of it differs between
   * watches; here before, and a delegate that opens or closes views is a quirk.
   */
  confirm(isYes) {
    if (!this.#isConfirmation) throw new NotPossible('no confirmation is open');
    const { delegate } = this.#top;
    this.#act('confirming', () => {
      this.process.views.pop();
      const before = this.process.views.top;
      this.#machine.callMethod(delegate, 'onResponse', [isYes ? 1 : 0]);
      if (this.process.views.top !== before) this.#machine.quirk('view-in-response', 'onResponse changes the views');
    });
  }
}
