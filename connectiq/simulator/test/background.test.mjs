/** Background events: when they fire, and what reaches the app. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BackgroundEvents } from '../src/device/background.mjs';
import { Clock } from '../src/device/clock.mjs';
import { nextEvent } from '../src/device/schedule.mjs';
import { watchOf } from './device/lab.mjs';

describe('a periodic event', () => {
  it('fires by itself, with the app open, and tells it', async () => {
    const watch = watchOf();
    const start = watch.clock.seconds;
    await watch.launch();
    await watch.advance(599);
    assert.equal(watch.lastBackground, null);
    await watch.advance(1);
    assert.equal(watch.storage.get('ran'), start + 600);
    assert.deepEqual(watch.app.printed, ['start', 'storage changed', 'background data {n=>4}']);
    await watch.advance(600);
    assert.equal(watch.storage.get('ran'), start + 1200);
  });

  it('goes on without the app, whose next start gets the data', async () => {
    const watch = watchOf();
    await watch.launch();
    watch.leave();
    await watch.advance(1300);
    assert.equal(watch.lastBackground.ended, 'exit');
    await watch.launch();
    assert.deepEqual(watch.app.printed, ['start', 'background data {n=>4}']);
    await watch.launch();
    assert.deepEqual(watch.app.printed, ['start']);
  });

  it('is ended by the watch after half a minute', async () => {
    const watch = watchOf('fenix7', { storage: { mode: 'stay' } });
    await watch.launch();
    const before = watch.clock.seconds;
    const process = await watch.temporalEvent();
    assert.equal(process.isOverdue, true);
    assert.equal(process.ended, 'killed');
    assert.equal(watch.clock.seconds - before, 30);
    assert.deepEqual(watch.app.printed, ['start']);
  });
});

describe('a finished activity', () => {
  it('enters the history and wakes the app that has asked to', async () => {
    const watch = watchOf();
    const run = { start: watch.clock.seconds - 1800, duration: 1800, distance: 5000, type: 1 };
    assert.equal(await watch.completeActivity(run), null);
    await watch.launch();
    const process = await watch.completeActivity(run, 2);
    assert.equal(process.ended, 'exit');
    assert.equal(watch.storage.get('sport'), 1);
    assert.equal(watch.health.activities.length, 2);
  });
});

it('what comes first happens first', () => {
  const watchWith = (timer, temporal) => ({
    foreground: { ended: null, timers: { next: () => ({ due: timer }) } },
    background: { due: temporal },
    clock: { sinceBoot: 0, ms: 0 },
  });
  assert.equal(nextEvent(watchWith(1000, 2), 5000).at, 1000);
  assert.equal(nextEvent(watchWith(3000, 2), 5000).at, 2000);
  assert.equal(nextEvent(watchWith(3000, 2), 1000), undefined);
});

describe('registration', () => {
  const clock = new Clock(1000);

  it('refuses short periods and moments near the last event', () => {
    const events = new BackgroundEvents(clock);
    assert.equal(events.registerPeriod(299), false);
    assert.equal(events.registerMoment(1000), true);
    events.fired();
    assert.equal(events.registered, null);
    assert.equal(events.registerMoment(1299), false);
    assert.equal(events.registerMoment(1300), true);
    events.appStarted();
    assert.equal(events.registerMoment(1001), true);
  });

  it('of a moment in the past is due at once', () => {
    const events = new BackgroundEvents(clock);
    events.registerMoment(10);
    assert.equal(events.due, 1000);
  });

  it('again does not put a period off', () => {
    const moving = new Clock(0);
    const events = new BackgroundEvents(moving);
    events.registerPeriod(600);
    moving.passUntil(600_000);
    events.fired();
    moving.passUntil(900_000);
    events.registerPeriod(600);
    assert.equal(events.due, 1200);
  });
});
