/** Toybox.SensorHistory: the series of a watch's sensors. A device has only the functions that Garmin lists for it. */
import { takes } from '../language/natives.mjs';
import { MFloat } from '../language/values.mjs';
import { option, refuseOtherOptions, requirePermission } from './options.mjs';
import { isDuration, momentOf } from './time.mjs';

const ITERATOR = 'Toybox.SensorHistory.SensorHistoryIterator';
const SAMPLE = 'Toybox.SensorHistory.SensorSample';
const ORDER = { ORDER_NEWEST_FIRST: 0, ORDER_OLDEST_FIRST: 1 };

const dataOf = (value) => (value === null || Number.isInteger(value) ? value : new MFloat(value));

/** The samples that options ask for: all, those of a Duration, or a number of them. */
function samplesFor(machine, series, now, options) {
  const newest = [...series].sort(([one], [other]) => other - one);
  const period = option(options, 'period');
  let chosen = newest;
  if (isDuration(machine, period)) chosen = newest.filter(([time]) => time >= now - period.native.seconds);
  else if (typeof period === 'number') chosen = newest.slice(0, period);
  return option(options, 'order', 0) === ORDER.ORDER_OLDEST_FIRST ? chosen.reverse() : chosen;
}

export function installSensorHistory(machine, process) {
  const { watch, profile } = process;
  machine.defineClass(SAMPLE, { abstract: true });
  machine.defineClass(ITERATOR, {
    abstract: true,
    methods: {
      next: takes(0, function () {
        const sample = this.native.samples[this.native.at++];
        if (!sample) return null;
        const [time, value] = sample;
        return machine.nativeObject(SAMPLE, { data: dataOf(value), when: momentOf(machine, time) });
      }),
    },
  });
  const read = (name) =>
    takes([0, 1], ([options = null]) => {
      requirePermission(machine, process, 'SensorHistory');
      refuseOtherOptions(machine, options, ['period', 'order']);
      const series = watch.health.series[name] ?? [];
      const samples = samplesFor(machine, series, watch.clock.seconds, options);
      return machine.nativeObject(ITERATOR, {}, { samples, at: 0 });
    });
  machine.defineModule('Toybox.SensorHistory', {
    ...ORDER,
    ...Object.fromEntries(profile.histories.map((name) => [`get${name}History`, read(name)])),
  });
}
