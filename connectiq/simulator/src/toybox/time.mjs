/** Toybox.Time and Time.Gregorian. Moments are Unix seconds; the watch's zone offset makes local dates of them. */
import { takes } from '../language/natives.mjs';
import { toInt32 } from '../language/values.mjs';
import { numbers } from './options.mjs';

const DAY = 86_400;
const HOUR = 3600;
const FORMATS = { FORMAT_SHORT: 0, FORMAT_MEDIUM: 1 };
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MOMENT = 'Toybox.Time.Moment';
const DURATION = 'Toybox.Time.Duration';
const INFO = 'Toybox.Time.Gregorian.Info';

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

/** Seconds of a Moment or Duration argument. */
function secondsOf(machine, value, path) {
  if (!isOf(machine, value, path)) machine.fatal('Unexpected Type Error', `expected a ${path}`);
  return value.native.seconds;
}

function comparisons(machine, path) {
  const compare = (self, other) => self.native.seconds - secondsOf(machine, other, path);
  return {
    initialize: takes(1, function ([seconds]) {
      this.native = { seconds: Math.trunc(numbers(machine, [seconds])[0]) };
    }),
    value: takes(0, function () {
      return toInt32(this.native.seconds);
    }),
    compare: takes(1, function ([other]) {
      return toInt32(compare(this, other));
    }),
    greaterThan: takes(1, function ([other]) {
      return compare(this, other) > 0;
    }),
    lessThan: takes(1, function ([other]) {
      return compare(this, other) < 0;
    }),
  };
}

function defineDuration(machine) {
  const scaled = (work) =>
    takes(1, function ([factor]) {
      return durationOf(machine, Math.trunc(work(this.native.seconds, numbers(machine, [factor])[0])));
    });
  machine.defineClass(DURATION, {
    methods: {
      ...comparisons(machine, DURATION),
      add: takes(1, function ([other]) {
        return durationOf(machine, this.native.seconds + secondsOf(machine, other, DURATION));
      }),
      subtract: takes(1, function ([other]) {
        return durationOf(machine, this.native.seconds - secondsOf(machine, other, DURATION));
      }),
      multiply: scaled((seconds, factor) => seconds * factor),
      divide: scaled((seconds, factor) => seconds / factor),
    },
  });
}

function defineMoment(machine) {
  machine.defineClass(MOMENT, {
    methods: {
      ...comparisons(machine, MOMENT),
      add: takes(1, function ([duration]) {
        return momentOf(machine, this.native.seconds + secondsOf(machine, duration, DURATION));
      }),
      // the time between two moments never has a sign
      subtract: takes(1, function ([other]) {
        const { seconds } = this.native;
        if (isDuration(machine, other)) return momentOf(machine, seconds - other.native.seconds);
        return durationOf(machine, Math.abs(seconds - secondsOf(machine, other, MOMENT)));
      }),
    },
  });
}

function gregorianInfo(machine, clock, [moment, format]) {
  const local = new Date((secondsOf(machine, moment, MOMENT) + clock.zoneOffset) * 1000);
  const isShort = format === FORMATS.FORMAT_SHORT;
  return machine.nativeObject(INFO, {
    year: local.getUTCFullYear(),
    month: isShort ? local.getUTCMonth() + 1 : MONTHS[local.getUTCMonth()],
    day: local.getUTCDate(),
    day_of_week: isShort ? local.getUTCDay() + 1 : DAYS[local.getUTCDay()],
    hour: local.getUTCHours(),
    min: local.getUTCMinutes(),
    sec: local.getUTCSeconds(),
  });
}

/** Unix seconds of the last local midnight. */
export function todayOf({ seconds, zoneOffset }) {
  const local = seconds + zoneOffset;
  return local - (local % DAY) - zoneOffset;
}

export function installTime(machine, { watch }) {
  const { clock } = watch;
  defineDuration(machine);
  defineMoment(machine);
  machine.defineModule('Toybox.Time', {
    ...FORMATS,
    now: takes(0, () => momentOf(machine, clock.seconds)),
    today: takes(0, () => momentOf(machine, todayOf(clock))),
  });
  machine.defineClass(INFO, { abstract: true });
  machine.defineModule('Toybox.Time.Gregorian', {
    ...FORMATS,
    SECONDS_PER_HOUR: HOUR,
    SECONDS_PER_DAY: DAY,
    info: takes(2, (args) => gregorianInfo(machine, clock, args)),
  });
}
