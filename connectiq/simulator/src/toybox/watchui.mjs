/** Toybox.WatchUi: views, input delegates and what moves between views. */
import { takes } from '../language/natives.mjs';
import { MArray } from '../language/values.mjs';
import { loadResource, textOf } from '../device/resources.mjs';
import { drawConfirmation } from '../pictures/confirmationview.mjs';
import { installMenus } from './menus.mjs';
import { decliningMethods, emptyMethods } from './options.mjs';

const CONSTANTS = {
  SLIDE_IMMEDIATE: 0,
  SLIDE_LEFT: 1,
  SLIDE_RIGHT: 2,
  SLIDE_DOWN: 3,
  SLIDE_UP: 4,
  SLIDE_BLINK: 5,
  SWIPE_UP: 0,
  SWIPE_RIGHT: 1,
  SWIPE_DOWN: 2,
  SWIPE_LEFT: 3,
  CONFIRM_NO: 0,
  CONFIRM_YES: 1,
  KEY_ENTER: 4,
  KEY_ESC: 5,
  KEY_MENU: 7,
  KEY_DOWN: 8,
  KEY_UP: 13,
  PRESS_TYPE_DOWN: 0,
  PRESS_TYPE_UP: 1,
  PRESS_TYPE_ACTION: 2,
  CLICK_TYPE_TAP: 0,
  CLICK_TYPE_HOLD: 1,
  CLICK_TYPE_RELEASE: 2,
};

function defineViews(machine, process) {
  machine.defineClass('Toybox.WatchUi.View', {
    methods: emptyMethods('initialize', 'onLayout', 'onShow', 'onUpdate', 'onHide'),
  });
  machine.defineClass('Toybox.WatchUi.GlanceView', { superclass: 'Toybox.WatchUi.View' });
  machine.defineClass('Toybox.WatchUi.BitmapResource', { abstract: true });
  machine.defineClass('Toybox.WatchUi.Confirmation', {
    superclass: 'Toybox.WatchUi.View',
    methods: {
      initialize: takes(1, function ([message]) {
        this.native = { message, holds: () => [message] };
      }),
      onUpdate: takes(1, function ([dc]) {
        drawConfirmation(dc.native, textOf(machine, process, this.native.message));
      }),
    },
  });
}

function defineDelegates(machine) {
  const empty = emptyMethods('initialize');
  machine.defineClass('Toybox.WatchUi.InputDelegate', {
    methods: { ...empty, ...decliningMethods('onKey', 'onTap', 'onSwipe') },
  });
  machine.defineClass('Toybox.WatchUi.BehaviorDelegate', {
    superclass: 'Toybox.WatchUi.InputDelegate',
    methods: { ...empty, ...decliningMethods('onSelect', 'onBack', 'onMenu', 'onNextPage', 'onPreviousPage') },
  });
  machine.defineClass('Toybox.WatchUi.ConfirmationDelegate', {
    methods: { ...empty, onResponse: takes(1, () => true) },
  });
}

const reads = (name) =>
  takes(0, function () {
    return this.native[name];
  });

function defineEvents(machine) {
  machine.defineClass('Toybox.WatchUi.KeyEvent', {
    abstract: true,
    methods: { getKey: reads('key'), getType: reads('type') },
  });
  machine.defineClass('Toybox.WatchUi.SwipeEvent', { abstract: true, methods: { getDirection: reads('direction') } });
  machine.defineClass('Toybox.WatchUi.ClickEvent', {
    abstract: true,
    methods: {
      getType: reads('type'),
      getCoordinates: takes(0, function () {
        return new MArray([...this.native.coordinates]);
      }),
    },
  });
}

export function installWatchUi(machine, process) {
  const { views, profile } = process;
  defineViews(machine, process);
  defineDelegates(machine);
  defineEvents(machine);
  installMenus(machine, process);
  machine.defineModule('Toybox.WatchUi', {
    ...CONSTANTS,
    pushView: takes(3, ([view, delegate]) => {
      views.push(view, delegate);
      return true;
    }),
    popView: takes(1, () => views.pop()),
    switchToView: takes(3, ([view, delegate]) => views.replace(view, delegate)),
    requestUpdate: takes(0, () => views.requestUpdate()),
    loadResource: takes(1, ([reference]) => loadResource(machine, process, reference)),
  });
  if (profile.subscreen) {
    machine.defineModule('Toybox.WatchUi', {
      getSubscreen: takes(0, () => machine.nativeObject('Toybox.Graphics.BoundingBox', { ...profile.subscreen })),
    });
  }
}
