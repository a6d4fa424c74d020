/** The machine of a process: Toybox, and of the project what is annotated for this kind of process. */
import { Machine } from '../language/machine.mjs';
import { installToybox } from '../toybox/install.mjs';

const isAnnotated = (files, scope) => files.some(({ text }) => new RegExp(`\\(\\s*[^()]*:${scope}\\b`).test(text));

/**
 * Makes the machine of a process and sets it as `process.machine`. A project without any annotation for the glance or the
 * background is loaded whole there, as the compiler does.
 * @param {object} process @param {{tests: boolean}} options
 */
export function loadMachine(process, { tests }) {
  const { kind, project, watch } = process;
  const { files, jungle } = project;
  process.machine = new Machine({ strictQuirks: watch.strictQuirks });
  installToybox(process.machine, process);
  const scope = kind !== 'app' && isAnnotated(files, kind) ? kind : null;
  process.machine.load(files, { exclude: new Set(jungle.exclude), scope, tests });
}
