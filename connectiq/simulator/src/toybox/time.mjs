/** Toybox.Time. Moments are Unix seconds; the watch's zone offset says when a day begins. */
import { takes } from '../language/natives.mjs';
import { toInt32 } from '../language/values.mjs';
import { numbers } from './options.mjs';

const DAY = 86_400;
const MOMENT = 'Toybox.Time.Moment';
const DURATION = 'Toybox.Time.Duration';
/** A Time.Moment of Unix seconds; null stays null. */
export const momentOf = (machine, seconds) =>
  seconds === null || seconds === undefined ? null : machine.nativeObject(MOMENT, {}, { seconds });

/** A Time.Duration of seconds; null stays null. */
export const durationOf = (machine, seconds) =>
  seconds === null || seconds === undefined ? null : machine.nativeObject(DURATION, {}, { seconds });

const isOf = (machine, value, path) => value?.cls && machine.isSubclass(value.cls, machine.resolve(path));

/** Whether a value is a Time.Duration. */
export const isDuration = (machine, value) => isOf(machine, value, DURATION);
/** Whether a value is a Time.Moment. */
export const isMoment = (machine, value) => isOf(machine, value, MOMENT);

/** What a Moment and a Duration have in common; `made` makes a new one. */
const methodsOf = (machine, made) => ({
  initialize: takes(1, function ([seconds]) {
    this.native = { seconds: Math.trunc(numbers(machine, [seconds])[0]) };
  }),
  value: takes(0, function () {
    return toInt32(this.native.seconds);
  }),
  add: takes(1, function ([duration]) {
    if (!isDuration(machine, duration)) machine.fatal('Unexpected Type Error', 'add() takes a Duration');
    return made(machine, this.native.seconds + duration.native.seconds);
  }),
});

/** Unix seconds of the last local midnight. */
export function todayOf({ seconds, zoneOffset }) {
  const local = seconds + zoneOffset;
  return local - (local % DAY) - zoneOffset;
}

export function installTime(machine, { watch: { clock } }) {
  machine.defineClass(DURATION, { methods: methodsOf(machine, durationOf) });
  machine.defineClass(MOMENT, { methods: methodsOf(machine, momentOf) });
  machine.defineModule('Toybox.Time', {
    now: takes(0, () => momentOf(machine, clock.seconds)),
    today: takes(0, () => momentOf(machine, todayOf(clock))),
  });
}
