/** One background event: a process of its own, which lives for half a minute at most and may leave data for the app. */
import { Gap } from '../language/errors.mjs';
import { LONGEST_RUN_SECONDS } from './background.mjs';
import { AppProcess } from './process.mjs';

function startService(process) {
  process.start();
  const services = process.run('getServiceDelegate', () =>
    process.machine.callMethod(process.app, 'getServiceDelegate', []),
  );
  const service = services?.items?.[0];
  if (!service) throw new Gap('getServiceDelegate gave no ServiceDelegate');
  return service;
}

/**
 * Runs an event to its end.
 * @param {object} watch @param {'onTemporalEvent'|'onActivityCompleted'} event @param {any[]} args
 * @param {(seconds: number) => void} passTime lets time pass when the process does not end by itself
 * @returns {Promise<AppProcess>} `exitData` is what it left, `isOverdue` that the watch had to end it
 */
export async function runService(watch, event, args, passTime) {
  const process = new AppProcess(watch, 'background');
  watch.lastBackground = process;
  const service = startService(process);
  process.run(event, () => process.machine.callMethod(service, event, args));
  await process.settle();
  process.isOverdue = !process.ended;
  if (process.isOverdue) passTime(LONGEST_RUN_SECONDS);
  process.kill();
  return process;
}
