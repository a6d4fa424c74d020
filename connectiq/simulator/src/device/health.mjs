/**
 * What the watch knows about its wearer. Times are Unix seconds, series are lists of [time, value] in any order.
 *
 * Some watches give the start of an activity in seconds since the end of 1989, twenty years off, although the reference
 * says Moment: `activityEpoch` chooses.
 */

import { refuseStrangers } from './strangers.mjs';

/** Seconds from the Unix epoch to the epoch of FIT files, 1989-12-31. */
export const FIT_EPOCH = 631_065_600;

export const NO_HEALTH = {
  /** 'unix' or 'garmin' */
  activityEpoch: 'unix',
  /** {start, duration, distance, type}: seconds, metres, sport; a null is 'not known' */
  activities: [],
  /** {start, steps, distance, calories, floorsClimbed, activeMinutes}: distance in metres */
  days: [],
  today: null,
  /** By history name: HeartRate, Stress, BodyBattery, OxygenSaturation, Elevation, Temperature */
  series: {},
  /** weight in grams, height in cm, birthYear, gender, restingHeartRate */
  profile: {},
  heartRateZones: [93, 111, 130, 148, 167, 185],
};

/** Health facts with changes laid over them. @throws {RangeError} for a name that means nothing */
export function changedHealth(health, changes) {
  refuseStrangers('health fact', changes, Object.keys(NO_HEALTH));
  return { ...health, ...changes };
}
