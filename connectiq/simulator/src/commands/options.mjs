/** Command line options: `--name value` pairs and lone `--name` switches. */
import path from 'node:path';
import { parseArgs } from 'node:util';

/** The widget of this repository. */
const JUNGLE = path.resolve(import.meta.dirname, '../../../monkey.jungle');

/**
 * Reads options.
 * @param {string[]} argv @param {Object<string, 'string'|'boolean'>} types what is understood
 * @returns {object} values by name; `jungle` is the widget's unless another one is named @throws {TypeError} for an unknown option or a missing value
 */
export function readOptions(argv, types) {
  const options = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
  const { values } = parseArgs({ args: argv, options, allowPositionals: false });
  return { jungle: JUNGLE, ...values };
}
