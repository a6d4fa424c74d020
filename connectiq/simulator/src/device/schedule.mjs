/** What happens next as virtual time passes: timers of the visible process, and the temporal background event. */

const MS = 1000;

function timerEvent({ foreground }) {
  const timer = foreground && !foreground.ended ? foreground.timers.next() : undefined;
  return timer && { at: timer.due, fire: () => fireTimer(foreground, timer) };
}

function fireTimer(process, timer) {
  const callback = process.timers.fire(timer);
  process.run(`the timer of ${callback.name}`, () => process.machine.invoke(callback, []));
  process.drain();
}

function temporalEvent(watch) {
  const { due } = watch.background;
  if (due === null) return undefined;
  const { sinceBoot, ms } = watch.clock;
  return { at: sinceBoot + due * MS - ms, fire: () => watch.temporalEvent() };
}

/**
 * The earliest event up to a time.
 * @param {object} watch @param {number} end milliseconds since boot
 * @returns {{at: number, fire: () => any}|undefined}
 */
export function nextEvent(watch, end) {
  const events = [timerEvent(watch), temporalEvent(watch)].filter((event) => event && event.at <= end);
  return events.sort((one, other) => one.at - other.at)[0];
}
