/** Toybox.Background: registering events, and leaving the background process with data. */
import { ProcessEnd } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { EXIT_BYTES } from '../device/background.mjs';
import { persistable, storedBytes } from '../device/serialisation.mjs';
import { requirePermission } from './options.mjs';
import { isDuration, isMoment } from './time.mjs';

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
  const permitted = (count, work) =>
    takes(count, (args) => {
      requirePermission(machine, process, 'Background');
      return work(args) ?? null;
    });
  const wantActivities = (isWanted) =>
    permitted(0, () => {
      events.wantsActivities = isWanted;
    });
  for (const path of [BAD_TIME, TOO_LARGE]) machine.defineClass(path, { superclass: 'Toybox.Lang.Exception' });
  machine.defineModule('Toybox.Background', {
    registerForTemporalEvent: permitted(1, ([time]) => registerTemporal(machine, events, time)),
    deleteTemporalEvent: permitted(0, () => events.delete()),
    registerForActivityCompletedEvent: wantActivities(true),
    deleteActivityCompletedEvent: wantActivities(false),
    exit: permitted(1, ([data]) => leave(machine, process, data)),
  });
}
