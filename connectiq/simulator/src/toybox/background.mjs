/** Toybox.Background: registering events, and leaving the background process with data. */
import { ProcessEnd } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { EXIT_BYTES } from '../device/background.mjs';
import { persistable, storedBytes } from '../device/serialisation.mjs';
import { requirePermission } from './options.mjs';
import { durationOf, isDuration, isMoment, momentOf } from './time.mjs';

const BAD_TIME = 'Toybox.Background.InvalidBackgroundTimeException';
const TOO_LARGE = 'Toybox.Background.ExitDataSizeLimitException';

function registerTemporal(machine, events, time) {
  if (!isDuration(machine, time) && !isMoment(machine, time)) {
    machine.fatal('Unexpected Type Error', 'registerForTemporalEvent wants a Duration or a Moment');
  }
  const { seconds } = time.native;
  const isTaken = isDuration(machine, time) ? events.registerPeriod(seconds) : events.registerMoment(seconds);
  if (!isTaken) machine.throwException(BAD_TIME, 'background events are at least five minutes apart');
}

function registeredTime(machine, { registered }) {
  if (!registered) return null;
  return registered.period === undefined
    ? momentOf(machine, registered.moment)
    : durationOf(machine, registered.period);
}

function leave(machine, process, data) {
  if (process.kind !== 'background')
    machine.fatal('Unexpected Type Error', 'Background.exit is for background processes');
  const copy = persistable(data, machine, 'Background.exit');
  const bytes = storedBytes(copy);
  if (bytes > EXIT_BYTES) machine.throwException(TOO_LARGE, `${bytes} bytes; the limit is ${EXIT_BYTES}`);
  process.exitData = copy;
  throw new ProcessEnd('Background.exit');
}

export function installBackground(machine, process) {
  const events = process.watch.background;
  const permitted = (work) => (args) => {
    requirePermission(machine, process, 'Background');
    return work(args) ?? null;
  };
  for (const path of [BAD_TIME, TOO_LARGE]) machine.defineClass(path, { superclass: 'Toybox.Lang.Exception' });
  machine.defineModule('Toybox.Background', {
    registerForTemporalEvent: takes(
      1,
      permitted(([time]) => registerTemporal(machine, events, time)),
    ),
    deleteTemporalEvent: takes(
      0,
      permitted(() => events.delete()),
    ),
    getTemporalEventRegisteredTime: takes(
      0,
      permitted(() => registeredTime(machine, events)),
    ),
    getLastTemporalEventTime: takes(
      0,
      permitted(() => momentOf(machine, events.lastTemporal)),
    ),
    registerForActivityCompletedEvent: takes(
      0,
      permitted(() => {
        events.wantsActivities = true;
      }),
    ),
    deleteActivityCompletedEvent: takes(
      0,
      permitted(() => {
        events.wantsActivities = false;
      }),
    ),
    getActivityCompletedEventRegistered: takes(
      0,
      permitted(() => events.wantsActivities),
    ),
    exit: takes(
      1,
      permitted(([data]) => leave(machine, process, data)),
    ),
  });
}
