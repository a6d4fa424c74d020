// `widgetsim check`: the static checks.
import { checkProject } from '../checks/check.mjs';
import { AppProcess } from '../device/process.mjs';
import { PROFILES } from '../device/profiles.mjs';
import { Watch } from '../device/watch.mjs';
import { readOptions } from './options.mjs';

export const usage = 'check [--jungle FILE]';

/**
 * Checks a project and prints what is wrong with it.
 * @param {string[]} argv what follows `check` on the command line
 * @param {(line: string) => void} [print]
 * @returns {Promise<number>} the exit code: 1 when anything is wrong
 */
export async function run(argv, print = console.log) {
  const { jungle } = readOptions(argv, { jungle: 'string' });
  const found = await checkProject(jungle, machinesOf);
  for (const { file, line, message } of found) print(`ERROR ${file}:${line}: ${message}`);
  print(found.length ? `${found.length} errors` : 'no errors');
  return found.length ? 1 : 0;
}

/** A machine for each watch that the simulator can be. */
const machinesOf = (project) =>
  Object.keys(PROFILES).map((device) => new AppProcess(new Watch({ ...project, device }), 'app').machine);
