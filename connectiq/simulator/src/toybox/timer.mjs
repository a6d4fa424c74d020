/** Toybox.Timer, on the watch's virtual clock. */
import { takes } from '../language/natives.mjs';
import { truthy } from '../language/operators.mjs';
import { MMethod } from '../language/values.mjs';
import { MOST_TIMERS, SHORTEST_PERIOD_MS } from '../device/timers.mjs';
import { numbers } from './options.mjs';

function start(machine, process, timer, [callback, time, repeat]) {
  const { timers } = process;
  if (!(callback instanceof MMethod)) machine.fatal('Unexpected Type Error', 'Timer.start wants a Method');
  const [period] = numbers(machine, [time]);
  if (period < SHORTEST_PERIOD_MS)
    machine.quirk('timer-period', `${period} ms are lengthened to ${SHORTEST_PERIOD_MS}`);
  if (!timers.isRunning(timer) && timers.full) {
    machine.fatal('Too Many Timers Error', `${MOST_TIMERS} timers run already`);
  }
  timers.start(timer, callback, Math.max(period, SHORTEST_PERIOD_MS), truthy(repeat));
}

export function installTimer(machine, process) {
  machine.defineClass('Toybox.Timer.Timer', {
    methods: {
      initialize: takes(0, () => null),
      start: takes(3, function (args) {
        start(machine, process, this, args);
      }),
      stop: takes(0, function () {
        process.timers.stop(this);
      }),
    },
  });
}
