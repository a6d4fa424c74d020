/** `widgetsim test`: the (:test) functions of a project, each in a process of its own. */
import { AppProcess } from '../device/process.mjs';
import { Watch } from '../device/watch.mjs';
import { reportOf, runTests } from '../language/testrunner.mjs';
import { loadProject } from '../project/project.mjs';
import { readOptions } from './options.mjs';

export const usage = 'test [--jungle FILE[;FILE]] [--device ID] [--filter TEXT]';

/** Runs the tests and prints what monkeydo -t prints. @returns {Promise<number>} 0 when all have passed */
export async function run(argv, print = console.log) {
  const {
    jungle,
    device = 'fenix7',
    filter = '',
  } = readOptions(argv, {
    jungle: 'string',
    device: 'string',
    filter: 'string',
  });
  const project = loadProject(jungle, device, { tests: !jungle.includes(';') });
  const newMachine = () => new AppProcess(new Watch(project), 'app', { tests: true }).machine;
  const results = runTests(newMachine, (name) => name.includes(filter));
  print(reportOf(results));
  return results.length > 0 && results.every(({ status }) => status === 'PASS') ? 0 : 1;
}
