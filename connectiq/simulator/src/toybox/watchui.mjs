/** Toybox.WatchUi: views, input delegates and what moves between views. */
import { takes } from '../language/natives.mjs';
import { typeName } from '../language/values.mjs';
import { loadResource } from '../device/resources.mjs';
import { installMenus } from './menus.mjs';
import { decliningMethods, emptyMethods } from './options.mjs';

const SLIDES = { SLIDE_LEFT: 1, SLIDE_RIGHT: 2 };
const VIEW = 'Toybox.WatchUi.View';
const GLANCE_VIEW = 'Toybox.WatchUi.GlanceView';
const NOT_ALLOWED = 'Toybox.Lang.OperationNotAllowedException';

function defineViews(machine) {
  const methods = emptyMethods({ initialize: 0, onLayout: 1, onShow: 0, onUpdate: 1, onHide: 0 });
  machine.defineClass(VIEW, { methods });
  machine.defineClass(GLANCE_VIEW, { superclass: VIEW });
}

function defineDelegates(machine) {
  machine.defineClass('Toybox.WatchUi.BehaviorDelegate', {
    methods: {
      ...emptyMethods({ initialize: 0 }),
      ...decliningMethods('onSelect', 'onBack', 'onMenu', 'onNextPage', 'onPreviousPage'),
    },
  });
}

function requireApp(machine, { kind }, what) {
  if (kind !== 'app') machine.throwException(NOT_ALLOWED, `${what} in the ${kind}`);
}

const isA = (machine, value, path) => Boolean(value?.cls && machine.isSubclass(value.cls, machine.resolve(path)));

/** Garmin's pushView reference: from the app only, and no GlanceView. */
function pushView(machine, process, [view, delegate]) {
  requireApp(machine, process, 'pushView');
  if (!isA(machine, view, VIEW)) machine.fatal('Unexpected Type Error', `pushView of a ${typeName(view)}`);
  if (isA(machine, view, GLANCE_VIEW)) machine.throwException(NOT_ALLOWED, 'pushView of a GlanceView');
  process.views.push(view, delegate);
  return true;
}

/** Garmin's popView reference: from the app only, and not from the base page of a widget. */
function popView(machine, process) {
  requireApp(machine, process, 'popView');
  const isBase = process.views.depth === 1 && process.project.manifest.type === 'widget';
  if (isBase) machine.throwException(NOT_ALLOWED, "popView on the widget's base page");
  process.views.pop();
}

export function installWatchUi(machine, process) {
  const { profile } = process;
  defineViews(machine);
  defineDelegates(machine);
  installMenus(machine, process);
  machine.defineModule('Toybox.WatchUi', {
    ...SLIDES,
    pushView: takes(3, (args) => pushView(machine, process, args)),
    popView: takes(1, () => popView(machine, process)),
    requestUpdate: takes(0, () => process.views.requestUpdate()),
    loadResource: takes(1, ([reference]) => loadResource(machine, process, reference)),
  });
  if (profile.subscreen) {
    machine.defineModule('Toybox.WatchUi', {
      getSubscreen: takes(0, () => machine.nativeObject('Toybox.Graphics.BoundingBox', { ...profile.subscreen })),
    });
  }
}
