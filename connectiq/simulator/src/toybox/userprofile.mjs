/** Toybox.UserProfile: the wearer, and the activities that the watch remembers. */
import { takes } from '../language/natives.mjs';
import { MArray } from '../language/values.mjs';
import { FIT_EPOCH } from '../device/health.mjs';
import { requirePermission } from './options.mjs';
import { durationOf, momentOf } from './time.mjs';

const PROFILE = 'Toybox.UserProfile.Profile';
const ACTIVITY = 'Toybox.UserProfile.UserActivity';
const ITERATOR = 'Toybox.UserProfile.UserActivityHistoryIterator';
const CONSTANTS = {
  HR_ZONE_SPORT_GENERIC: 0,
  HR_ZONE_SPORT_RUNNING: 1,
  HR_ZONE_SPORT_BIKING: 2,
  HR_ZONE_SPORT_SWIMMING: 3,
};
const NUMBERS = ['weight', 'height', 'birthYear', 'gender', 'restingHeartRate'];

function activityObject(machine, { activityEpoch }, { start, duration, distance, type }) {
  const isShifted = activityEpoch === 'garmin' && start !== null;
  return machine.nativeObject(ACTIVITY, {
    startTime: momentOf(machine, isShifted ? start - FIT_EPOCH : start),
    duration: durationOf(machine, duration),
    distance: distance ?? null,
    type: type ?? null,
  });
}

function profileObject(machine, { profile }) {
  return machine.nativeObject(PROFILE, Object.fromEntries(NUMBERS.map((name) => [name, profile[name] ?? null])));
}

export function installUserProfile(machine, process) {
  const { watch } = process;
  const permitted = (count, work) =>
    takes(count, (args) => {
      requirePermission(machine, process, 'UserProfile');
      return work(args);
    });
  for (const path of [PROFILE, ACTIVITY]) machine.defineClass(path, { abstract: true });
  machine.defineClass(ITERATOR, {
    abstract: true,
    methods: {
      next: takes(0, function () {
        const activity = this.native.activities[this.native.at++];
        return activity ? activityObject(machine, watch.health, activity) : null;
      }),
    },
  });
  machine.defineModule('Toybox.UserProfile', {
    ...CONSTANTS,
    getProfile: permitted(0, () => profileObject(machine, watch.health)),
    getHeartRateZones: permitted(1, () => new MArray([...watch.health.heartRateZones])),
    getUserActivityHistory: permitted(0, () =>
      machine.nativeObject(ITERATOR, {}, { activities: newestFirst(watch), at: 0 }),
    ),
  });
}

const newestFirst = ({ health }) => [...health.activities].sort((one, other) => (other.start ?? 0) - (one.start ?? 0));
