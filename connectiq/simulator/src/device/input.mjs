/**
 * What the wearer does: buttons, taps, swipes, menu items.
 *
 * Garmin's BehaviorDelegate reference: a behaviour comes first (select, back, menu, next and previous page); when nobody
 * took a "back", the view is left. The plain inputs (onKey, onTap, onSwipe) are not modelled: `check` finds their use.
 */
import { MObject } from '../language/values.mjs';

const KEYS = { select: 'onSelect', back: 'onBack', menu: 'onMenu', down: 'onNextPage', up: 'onPreviousPage' };
const SWIPES = { up: 'onNextPage', right: 'onBack', down: 'onPreviousPage', left: null };
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

  get #isMenu() {
    return this.#machine.isSubclass(this.#top.view.cls, this.#machine.resolve('Toybox.WatchUi.Menu2'));
  }

  /** Whether the delegate has the method and took the input with it. */
  #offer(method) {
    const { delegate } = this.#top;
    if (!(delegate instanceof MObject) || !method || !this.#machine.findMethod(delegate.cls, method)) return false;
    return this.#machine.callMethod(delegate, method, []) === true;
  }

  #act(what, action) {
    if (this.process.ended) throw new NotPossible('the app has ended');
    this.process.run(what, action);
    this.process.drain();
  }

  /** @param {'select'|'back'|'menu'|'up'|'down'} key */
  press(key) {
    if (!this.process.profile.keys.includes(key)) {
      throw new NotPossible(`a ${this.process.profile.name} has no button for '${key}'`);
    }
    this.#act(`pressing ${key}`, () => (this.#isMenu ? this.#pressInMenu(key) : this.#pressInView(key)));
  }

  #pressInView(key) {
    if (!this.#offer(KEYS[key]) && key === 'back') this.process.views.pop();
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

  #requireTouch() {
    if (!this.process.profile.touch) throw new NotPossible(`a ${this.process.profile.name} has no touch screen`);
  }

  /** @param {number} x @param {number} y pixels from the left and the top */
  tap(x, y) {
    this.#requireTouch();
    this.#act('tapping', () => {
      if (this.#isMenu) this.#select(this.#top.view.native.itemAt(y) ?? this.#top.view.native.focus);
      else this.#offer('onSelect');
    });
  }

  /** @param {'up'|'down'|'left'|'right'} direction in which the finger moves */
  swipe(direction) {
    this.#requireTouch();
    if (!Object.hasOwn(SWIPES, direction)) throw new NotPossible(`nobody swipes '${direction}'`);
    this.#act(`swiping ${direction}`, () => {
      if (this.#isMenu) this.#swipeInMenu(direction);
      else if (!this.#offer(SWIPES[direction]) && direction === 'right') this.process.views.pop();
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
}
