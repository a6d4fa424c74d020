/** Toybox on the device: time, timers, storage, properties, background, drawing. Called as the widget's code would. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeviceError, Thrown } from '../src/language/errors.mjs';
import { MArray, MBytes, MDictionary, MMethod, MSymbol } from '../src/language/values.mjs';
import { AppProcess } from '../src/device/process.mjs';
import { watchOf } from './device/lab.mjs';

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
    const later = send(moment, 'add', make('Time.Duration', 90));
    assert.equal(send(later, 'value'), 1090);
    assert.equal(send(send(moment, 'subtract', later), 'value'), 90);
    assert.equal(send(send(later, 'subtract', make('Time.Duration', 100)), 'value'), 990);
    assert.equal(send(later, 'greaterThan', moment), true);
    assert.equal(send(later, 'compare', moment), 90);
    assert.equal(send(send(make('Time.Duration', 90), 'divide', 4), 'value'), 22);
    throwsError(() => send(moment, 'add', 5), 'Unexpected Type Error');
  });

  it('knows the local day', async () => {
    const now = Date.UTC(2025, 9, 6, 23, 30, 5) / 1000;
    const { of, call, send } = await openApp({ now, zoneOffset: 7200 });
    assert.equal(send(call('Time', 'today'), 'value'), Date.UTC(2025, 9, 6, 22) / 1000);
    const infoIn = (format) =>
      call('Time.Gregorian', 'info', call('Time', 'now'), of('Time').members.get(format)).fields;
    const short = infoIn('FORMAT_SHORT');
    assert.deepEqual(
      ['year', 'month', 'day', 'day_of_week', 'hour', 'min', 'sec'].map((name) => short.get(name)),
      [2025, 10, 7, 3, 1, 30, 5],
    );
    assert.equal(infoIn('FORMAT_MEDIUM').get('month'), 'Oct');
    assert.equal(call('System', 'getClockTime').fields.get('hour'), 1);
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

  it('is not there in the background', () => {
    const { make, send } = callsOf(new AppProcess(watchOf(), 'background').machine);
    throwsError(() => send(make('Timer.Timer'), 'start', tick, 1000, true), 'Symbol Not Found Error');
  });
});

describe('Storage and Properties', () => {
  it('take only what Garmin lists', async () => {
    const { call } = await openApp();
    const put = (key, value) => call('Application.Storage', 'setValue', key, value);
    put('list', new MArray([1, MDictionary.from([['k', null]])]));
    throwsException(() => put('bytes', new MBytes([1])), 'UnexpectedTypeException');
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
