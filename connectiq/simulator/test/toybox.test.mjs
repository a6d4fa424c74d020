/** Toybox on the device: time, timers, storage, properties, background, drawing. Called as the widget's code would. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeviceError, Gap, Thrown } from '../src/language/errors.mjs';
import { MArray, MDictionary, MMethod, MSymbol } from '../src/language/values.mjs';
import { AppProcess } from '../src/device/process.mjs';
import { parseSource } from '../src/project/source.mjs';
import { courseFit, watchOf } from './device/lab.mjs';

async function openApp(options, device) {
  const watch = watchOf(device, options);
  const { machine } = await watch.launch();
  return { watch, ...callsOf(machine) };
}

function callsOf(machine) {
  const of = (path) => machine.resolve(`Toybox.${path}`);
  return {
    machine,
    of,
    call: (module, name, ...args) => machine.callMethod(of(module), name, args),
    make: (path, ...args) => machine.instantiate(of(path), args),
    send: (object, name, ...args) => machine.callMethod(object, name, args),
  };
}

const throwsException = (work, name) =>
  assert.throws(work, (error) => error instanceof Thrown && error.object.cls.name === name);
const throwsError = (work, kind) => assert.throws(work, (error) => error instanceof DeviceError && error.kind === kind);

describe('Time', () => {
  it('counts moments and durations', async () => {
    const { make, send } = await openApp();
    const moment = make('Time.Moment', 1000);
    assert.equal(send(send(moment, 'add', make('Time.Duration', 90)), 'value'), 1090);
    throwsError(() => send(moment, 'add', 5), 'Unexpected Type Error');
    throwsError(() => send(moment, 'add', moment), 'Unexpected Type Error');
  });

  it('knows the local day', async () => {
    const now = Date.UTC(2025, 9, 6, 23, 30, 5) / 1000;
    const { call, send } = await openApp({ now, zoneOffset: 7200 });
    assert.equal(send(call('Time', 'today'), 'value'), Date.UTC(2025, 9, 6, 22) / 1000);
  });
});

describe('Timer', () => {
  const tick = new MMethod(null, 'tick', null);

  it('refuses a fourth timer, and gives a place free again', async () => {
    const { make, send } = await openApp();
    const timers = [1, 2, 3, 4].map(() => make('Timer.Timer'));
    for (const timer of timers.slice(0, 3)) send(timer, 'start', tick, 1000, true);
    throwsError(() => send(timers[3], 'start', tick, 1000, true), 'Too Many Timers Error');
    send(timers[0], 'start', tick, 500, false);
    send(timers[0], 'stop');
    send(timers[3], 'start', tick, 1000, true);
  });

  it('lengthens what is too short', async () => {
    const { watch, machine, make, send } = await openApp();
    send(make('Timer.Timer'), 'start', tick, 10, false);
    assert.equal(watch.app.timers.next().due - watch.clock.sinceBoot, 50);
    assert.equal([...machine.quirks.values()][0].id, 'timer-period');
  });
});

describe('Storage and Properties', () => {
  it('take only what Garmin lists', async () => {
    const { call } = await openApp();
    const put = (key, value) => call('Application.Storage', 'setValue', key, value);
    let deep = 1;
    for (let depth = 0; depth < 40; depth++) deep = new MArray([deep]);
    throwsException(() => put('deep', deep), 'SerializationException');
    put('list', new MArray([1, MDictionary.from([['k', null]])]));
    const nested = MDictionary.from([[null, 1]]);
    throwsException(() => put('nested', nested), 'UnexpectedTypeException');
    throwsException(() => put('symbol', MSymbol.of('x')), 'UnexpectedTypeException');
    throwsException(() => put(MSymbol.of('x'), 1), 'UnexpectedTypeException');
    throwsException(() => put('long', 'x'.repeat(9000)), 'StorageFullException');
    assert.equal(call('Application.Storage', 'getValue', 'long'), null);
  });

  it('know their keys', async () => {
    const { call } = await openApp();
    assert.equal(call('Application.Properties', 'getValue', 'step'), 5);
    call('Application.Properties', 'setValue', 'step', 6);
    assert.equal(call('Application.Properties', 'getValue', 'step'), 6);
    throwsException(() => call('Application.Properties', 'getValue', 'none'), 'InvalidKeyException');
    throwsException(() => call('Application.Properties', 'setValue', 'none', 1), 'InvalidKeyException');
  });
});

/** Runs Monkey C in a process of its own. */
function runIn(kind, body) {
  const { machine } = new AppProcess(watchOf(), kind);
  const text = `import Toybox.WatchUi; import Toybox.Application; function probe() { ${body} }`;
  machine.load([{ path: 'Probe.mc', ast: parseSource(text, 'Probe.mc') }]);
  return machine.callMethod(machine.global, 'probe', []);
}

describe('a background process', () => {
  it('has no screen and no timers', () => {
    for (const name of ['Attention', 'Graphics', 'PersistedContent', 'Timer', 'WatchUi']) {
      assert.equal(runIn('background', `return Toybox has :${name};`), false);
      assert.equal(runIn('app', `return Toybox has :${name};`), true);
    }
    throwsError(() => runIn('background', 'WatchUi.requestUpdate();'), 'Symbol Not Found Error');
    throwsError(() => runIn('background', 'Toybox.WatchUi.requestUpdate();'), 'Symbol Not Found Error');
  });

  it('cannot save settings', () => {
    const save = 'Application.Properties.setValue("step", 6);';
    throwsException(() => runIn('background', save), 'ObjectStoreAccessException');
    runIn('app', save);
  });
});

describe('views', () => {
  it('are not left from the base page, nor from a glance', async () => {
    const { watch, call } = await openApp();
    throwsException(() => call('WatchUi', 'popView', 2), 'OperationNotAllowedException');
    assert.equal(watch.app.ended, null);
    throwsException(() => runIn('glance', 'WatchUi.popView(2);'), 'OperationNotAllowedException');
  });

  it('are pushed as what they are', async () => {
    const { call, make } = await openApp();
    throwsError(() => call('WatchUi', 'pushView', null, null, 1), 'Unexpected Type Error');
    const glance = make('WatchUi.GlanceView');
    throwsException(() => call('WatchUi', 'pushView', glance, null, 1), 'OperationNotAllowedException');
    for (let depth = 1; depth < 16; depth++) call('WatchUi', 'pushView', make('WatchUi.View'), null, 1);
    throwsError(() => call('WatchUi', 'pushView', make('WatchUi.View'), null, 1), 'Stack Overflow Error');
  });
});

describe('options', () => {
  const optionsOf = (name) => MDictionary.from([[MSymbol.of(name), null]]);

  it('that are not modelled are gaps', async () => {
    const { call, make, machine } = await openApp();
    const isGap = (work, name) => assert.throws(work, (error) => error instanceof Gap && error.message.includes(name));
    isGap(() => make('WatchUi.Menu2', optionsOf('theme')), ':theme');
    isGap(() => make('WatchUi.MenuItem', 'a', null, null, optionsOf('icon')), ':icon');
    isGap(() => make('WatchUi.ToggleMenuItem', 'a', null, null, true, optionsOf('alignment')), ':alignment');
    isGap(() => call('SensorHistory', 'getHeartRateHistory', optionsOf('perod')), ':perod');
    const callback = new MMethod(null, 'onAnswer', null);
    isGap(
      () => call('Communications', 'makeWebRequest', 'https://a', null, optionsOf('context'), callback),
      ':context',
    );
    assert.equal(machine.quirks.size, 0);
  });

  it('and arguments have the types that the API names', async () => {
    const { call } = await openApp();
    const ask = (...args) => call('Communications', 'makeWebRequest', ...args);
    const callback = new MMethod(null, 'onAnswer', null);
    for (const args of [
      [null, null, null, callback],
      ['https://a', 'x', null, callback],
      ['https://a', null, 'x', callback],
      ['https://a', null, null, null],
    ]) {
      throwsError(() => ask(...args), 'Unexpected Type Error');
    }
  });
});

describe('PersistedContent', () => {
  it("gives what is the app's own, as far as the device keeps it", async () => {
    const { watch, call, send, of } = await openApp();
    watch.content.add('fit', courseFit('Theirs'), 0, { owned: false });
    watch.content.add('fit', courseFit('Ours'), 0);
    const courses = call('PersistedContent', 'getAppCourses');
    assert.equal(send(send(courses, 'next'), 'getName'), 'Ours');
    assert.equal(send(courses, 'next'), null);
    assert.ok(of('PersistedContent').members.has('getAppWorkouts'));
    assert.ok(!(await openApp({}, 'venu2')).of('PersistedContent').members.has('getAppCourses'));
  });
});

describe('Background', () => {
  it('refuses events that are too near', async () => {
    const { watch, call, make } = await openApp();
    throwsException(
      () => call('Background', 'registerForTemporalEvent', make('Time.Duration', 60)),
      'InvalidBackgroundTimeException',
    );
    await watch.temporalEvent();
    throwsException(
      () => call('Background', 'registerForTemporalEvent', call('Time', 'now')),
      'InvalidBackgroundTimeException',
    );
  });

  it('takes a small answer only from a background process', async () => {
    const { call } = await openApp();
    throwsError(() => call('Background', 'exit', null), 'Unexpected Type Error');
    const background = callsOf(new AppProcess(watchOf(), 'background').machine);
    throwsException(() => background.call('Background', 'exit', 'x'.repeat(9000)), 'ExitDataSizeLimitException');
  });
});

describe('resources', () => {
  it('are loaded where they are marked for', async () => {
    const app = await openApp();
    const rez = (machine, name) => machine.resolve(`Rez.Strings.${name}`);
    assert.equal(app.call('WatchUi', 'loadResource', rez(app.machine, 'Waiting')), 'Waiting');
    throwsError(() => app.call('WatchUi', 'loadResource', 'Waiting'), 'Unexpected Type Error');
    const glance = callsOf(new AppProcess(watchOf(), 'glance').machine);
    assert.equal(glance.call('WatchUi', 'loadResource', rez(glance.machine, 'AppName')), 'Probe');
    throwsError(() => glance.call('WatchUi', 'loadResource', rez(glance.machine, 'Waiting')), 'Symbol Not Found Error');
  });
});

describe('drawing', () => {
  /** The last shape that a method of Dc recorded. */
  async function drawn(name, ...args) {
    const { watch, send } = await openApp();
    const dc = watch.newCanvas(watch.app, 100, 100);
    send(dc, name, ...args);
    return dc.native.frame('V').operations.at(-1);
  }

  it('turns arcs the way the watch does', async () => {
    const quarter = await drawn('drawArc', 50, 50, 40, 1, 90, 0);
    assert.equal(quarter.attributes.d, 'M50 10A40 40 0 0 1 90 50');
    const rest = await drawn('drawArc', 50, 50, 40, 0, 90, 0);
    assert.equal(rest.attributes.d, 'M50 10A40 40 0 1 0 90 50');
    const circle = await drawn('drawArc', 50, 50, 40, 0, 0, 360);
    assert.equal(circle.attributes.d.match(/A/g).length, 2);
  });

  it('wants texts as String and numbers as numbers', async () => {
    const { watch, send, call } = await openApp();
    const dc = watch.newCanvas(watch.app, 100, 100);
    throwsError(() => send(dc, 'drawText', 0, 0, 1, 5, 2), 'Unexpected Type Error');
    throwsError(() => send(dc, 'drawLine', 0, 0, 'x', 5), 'Unexpected Type Error');
    throwsError(() => call('Graphics', 'getFontHeight', 99), 'Unexpected Type Error');
  });

  it('fits texts into areas', async () => {
    const { call } = await openApp();
    const fit = (text, width, lines, isCut) => call('Graphics', 'fitTextToArea', text, 1, width, lines * 26, isCut);
    assert.equal(fit('one two', 300, 1, false), 'one two');
    assert.equal(fit('one two three', 70, 1, false), null);
    assert.match(fit('one two three four', 80, 2, true), /^one two\nthree.*\.\.\.$/);
  });

  it('gives the Instinct its window', async () => {
    const { call } = await openApp({}, 'instinct2');
    assert.equal(call('WatchUi', 'getSubscreen').fields.get('width'), 62);
    assert.ok(!(await openApp()).of('WatchUi').members.has('getSubscreen'));
  });
});
