// `widgetsim check`: the static checks.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkProject } from '../checks/check.mjs';
import { AppProcess } from '../device/process.mjs';
import { PROFILES } from '../device/profiles.mjs';
import { Watch } from '../device/watch.mjs';

export const usage = 'check [--jungle FILE] [--json]';

const OPTIONS = {
  jungle: { type: 'string', default: path.resolve(import.meta.dirname, '../../../monkey.jungle') },
  json: { type: 'boolean', default: false },
};

/**
 * Checks a project and prints what is wrong with it.
 * @param {string[]} argv what follows `check` on the command line
 * @param {(line: string) => void} [print]
 * @returns {Promise<number>} the exit code: 1 when anything is wrong
 */
export async function run(argv, print = console.log) {
  const { jungle, json } = parseArgs({ args: argv, options: OPTIONS }).values;
  const found = await checkProject(jungle, machinesOf);
  if (json) print(JSON.stringify(found, null, 2));
  else {
    for (const { file, line, message } of found) print(`ERROR ${file}:${line}: ${message}`);
    print(found.length ? `${found.length} errors` : 'no errors');
  }
  return found.length ? 1 : 0;
}

/** A machine for each watch that the simulator can be. */
const machinesOf = (project) =>
  Object.keys(PROFILES).map((device) => new AppProcess(new Watch({ ...project, device }), 'app').machine);
