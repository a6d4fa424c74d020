/** Toybox.ActivityMonitor: today, and the days before, newest first. Distances are centimetres. */
import { takes } from '../language/natives.mjs';
import { MArray } from '../language/values.mjs';
import { momentOf, todayOf } from './time.mjs';

const INFO = 'Toybox.ActivityMonitor.Info';
const HISTORY = 'Toybox.ActivityMonitor.History';
const MINUTES = 'Toybox.ActivityMonitor.ActiveMinutes';
const CENTIMETRES = 100;
const COUNTS = ['steps', 'calories'];
/** How many days a watch remembers. */
const DAYS = 7;

const activeMinutes = (machine, total) =>
  total === null || total === undefined ? null : machine.nativeObject(MINUTES, { total });

/** Watches without a barometer have no floors, not even as null. */
function commonFields(day, { countsFloors }) {
  const names = countsFloors ? [...COUNTS, 'floorsClimbed'] : COUNTS;
  const counts = names.map((name) => [name, day[name] ?? null]);
  return { ...Object.fromEntries(counts), distance: day.distance === undefined ? null : day.distance * CENTIMETRES };
}

function history(machine, { health, clock, profile }) {
  const past = health.days.filter(({ start }) => start < todayOf(clock)).sort((one, other) => other.start - one.start);
  return new MArray(
    past.slice(0, DAYS).map((day) =>
      machine.nativeObject(HISTORY, {
        ...commonFields(day, profile),
        startOfDay: momentOf(machine, day.start),
        activeMinutes: activeMinutes(machine, day.activeMinutes),
      }),
    ),
  );
}

function today(machine, { health, profile }) {
  const day = health.today ?? {};
  return machine.nativeObject(INFO, {
    ...commonFields(day, profile),
    activeMinutesDay: activeMinutes(machine, day.activeMinutes),
  });
}

export function installActivityMonitor(machine, { watch }) {
  for (const path of [INFO, HISTORY, MINUTES]) machine.defineClass(path, { abstract: true });
  machine.defineModule('Toybox.ActivityMonitor', {
    getInfo: takes(0, () => today(machine, watch)),
    getHistory: takes(0, () => history(machine, watch)),
  });
}
