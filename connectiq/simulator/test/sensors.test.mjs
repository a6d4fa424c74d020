/** What the health libraries tell the widget, asked through their native functions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIT_EPOCH } from '../src/device/health.mjs';
import { MDictionary, MFloat, MSymbol } from '../src/language/values.mjs';
import { Crash } from '../src/device/crash.mjs';
import { watchOf } from './device/lab.mjs';

const RUN = { start: 1_759_700_000, duration: 1800, distance: 5000, type: 1 };

async function openApp(options, device = 'fenix7') {
  const watch = watchOf(device, options);
  const { machine } = await watch.launch();
  const call = (module, name, args = []) => machine.callMethod(machine.resolve(`Toybox.${module}`), name, args);
  return { watch, machine, call, next: (iterator) => machine.callMethod(iterator, 'next', []) };
}

const secondsOf = (object, field) => object.fields.get(field).native.seconds;
const optionsOf = (options) =>
  MDictionary.from(Object.entries(options).map(([key, value]) => [MSymbol.of(key), value]));

describe('the activity history', () => {
  it('gives the newest first, with nulls for what is not known', async () => {
    const health = { activities: [RUN, { start: RUN.start + 90_000, duration: 60, distance: null, type: 2 }] };
    const { call, next } = await openApp({ health });
    const history = call('UserProfile', 'getUserActivityHistory');
    const [ride, run] = [next(history), next(history)];
    assert.equal(ride.fields.get('type'), 2);
    assert.equal(ride.fields.get('distance'), null);
    assert.equal(secondsOf(run, 'startTime'), RUN.start);
    assert.equal(secondsOf(run, 'duration'), 1800);
    assert.equal(next(history), null);
  });

  it('may count from the end of 1989, as some watches do', async () => {
    const { call, next } = await openApp({ health: { activities: [RUN], activityEpoch: 'garmin' } });
    const activity = next(call('UserProfile', 'getUserActivityHistory'));
    assert.equal(secondsOf(activity, 'startTime'), RUN.start - FIT_EPOCH);
  });
});

describe('days', () => {
  it('are in centimetres, newest first, without today', async () => {
    const start = 1_759_708_800;
    const days = [-2, -1, 0].map((day) => ({ start: start + day * 86_400, steps: 1000 + day, distance: 800 }));
    const { call } = await openApp({ health: { days, today: { steps: 12, distance: 9, activeMinutes: 3 } } });
    const history = call('ActivityMonitor', 'getHistory').items;
    assert.deepEqual(
      history.map((day) => day.fields.get('steps')),
      [999, 998],
    );
    assert.equal(history[0].fields.get('distance'), 80_000);
    const info = call('ActivityMonitor', 'getInfo');
    assert.equal(info.fields.get('steps'), 12);
    assert.equal(info.fields.get('activeMinutesDay').fields.get('total'), 3);
  });
});

describe('sensor series', () => {
  const series = { HeartRate: [60, 61.5, 62, null].map((value, index) => [1_759_737_600 - 600 * index, value]) };

  it('come newest first, or as many and as old as asked', async () => {
    const { machine, call, next } = await openApp({ health: { series } });
    const datas = (options) => {
      const iterator = call('SensorHistory', 'getHeartRateHistory', [optionsOf(options)]);
      const found = [];
      for (let sample = next(iterator); sample; sample = next(iterator)) found.push(sample.fields.get('data'));
      return found;
    };
    assert.deepEqual(datas({}), [60, new MFloat(61.5), 62, null]);
    assert.deepEqual(datas({ period: 2 }), [60, new MFloat(61.5)]);
    const tenMinutes = machine.instantiate(machine.resolve('Toybox.Time.Duration'), [600]);
    assert.deepEqual(datas({ period: tenMinutes, order: 1 }), [new MFloat(61.5), 60]);
  });

  it('exist only where the device has the sensor', async () => {
    const members = async (device) => (await openApp({}, device)).machine.resolve('Toybox.SensorHistory').members;
    assert.ok((await members('fenix7')).has('getElevationHistory'));
    assert.ok(!(await members('fr245')).has('getElevationHistory'));
    assert.ok(!(await members('fr245')).has('getBodyBatteryHistory'));
  });
});

describe('permissions', () => {
  it('that the manifest lacks end the app', async () => {
    const { watch, call } = await openApp({});
    const { manifest } = watch.project;
    watch.app.project = { ...watch.project, manifest: { ...manifest, permissions: [] } };
    for (const [module, name] of [
      ['UserProfile', 'getProfile'],
      ['SensorHistory', 'getStressHistory'],
      ['PersistedContent', 'getAppCourses'],
      ['Background', 'deleteTemporalEvent'],
    ]) {
      watch.app.ended = null;
      assert.throws(
        () => watch.app.run(name, () => call(module, name)),
        (error) => {
          assert.ok(error instanceof Crash);
          return error.kind === 'Permission Required Error';
        },
      );
    }
  });
});
