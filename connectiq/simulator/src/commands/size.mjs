// `widgetsim size`: how much of its memory each process needs for its code. The figures are proxies, see device/footprint.mjs:
// they are good for comparing one state of the source with another.
import fs from 'node:fs';
import path from 'node:path';
import { AppProcess } from '../device/process.mjs';
import { PROFILES } from '../device/profiles.mjs';
import { Watch } from '../device/watch.mjs';
import { loadProject } from '../project/project.mjs';
import { readOptions } from './options.mjs';

export const usage = 'size [--jungle FILE] [--check | --write]';

const PROCESSES = ['app', 'glance', 'background'];
/** One of the watches with the least memory, for which the jungle leaves something out. */
const DEVICE = 'fr245';
/** When the code has become smaller by this share, the record should follow. */
const SLACK = 0.05;

/** The recorded sizes: process to bytes. */
const RECORD = path.resolve(import.meta.dirname, '../../size.json');

/**
 * Prints the sizes of the processes.
 * @param {string[]} argv what follows `size` on the command line; with --check a process above the recorded size is an error,
 *   with --write the sizes are recorded
 * @param {(line: string) => void} [print]
 * @returns {Promise<number>} the exit code
 */
export async function run(argv, print = console.log) {
  const { jungle, check, write } = readOptions(argv, { jungle: 'string', check: 'boolean', write: 'boolean' });
  const sizes = sizesOf(jungle);
  for (const line of table(sizes)) print(line);
  if (write) fs.writeFileSync(RECORD, `${JSON.stringify(recordOf(sizes), null, 2)}\n`);
  if (!check) return 0;
  const { errors, notes } = compare(recordOf(sizes), JSON.parse(fs.readFileSync(RECORD, 'utf8')));
  for (const error of errors) print(`ERROR ${error}`);
  for (const note of notes) print(`NOTE ${note}`);
  return errors.length ? 1 : 0;
}

/** Process to {classes, functions, nodes, stringBytes, bytes, limit}; limit is that of the smallest watch, in bytes. */
function sizesOf(jungleFile) {
  const watch = new Watch(loadProject(jungleFile, DEVICE));
  return Object.fromEntries(
    PROCESSES.map((kind) => [kind, { ...new AppProcess(watch, kind).footprint, limit: limitOf(kind) }]),
  );
}

/** A watch without glances has no limit for them. */
const limitOf = (kind) => Math.min(...Object.values(PROFILES).map(({ memory }) => memory[kind] || Infinity));

const recordOf = (sizes) => Object.fromEntries(Object.entries(sizes).map(([kind, { bytes }]) => [kind, bytes]));

function table(sizes) {
  const rows = Object.entries(sizes).map(([kind, { functions, nodes, stringBytes, bytes, limit }]) => {
    const share = Math.round((100 * bytes) / limit);
    return [kind, functions, nodes, stringBytes, bytes, `${share} % of ${limit}`];
  });
  const head = ['process', 'functions', 'nodes', 'string bytes', 'about bytes', 'smallest watch'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => String(row[i]).length)));
  return [head, ...rows].map((row) => row.map((cell, i) => String(cell).padStart(widths[i])).join('  '));
}

/**
 * How sizes stand to the recorded ones.
 * @param {Object<string, number>} now process to bytes @param {Object<string, number>} recorded the same
 * @returns {{errors: string[], notes: string[]}}
 */
export function compare(now, recorded) {
  const errors = Object.entries(now)
    .filter(([kind, bytes]) => bytes > (recorded[kind] ?? 0))
    .map(
      ([kind, bytes]) =>
        `${kind}: ${bytes} bytes, ${recorded[kind] ?? 0} are recorded; make it smaller, or --write with a reason`,
    );
  const notes = Object.entries(now)
    .filter(([kind, bytes]) => bytes < (1 - SLACK) * recorded[kind])
    .map(([kind, bytes]) => `${kind}: ${bytes} bytes, ${recorded[kind]} are recorded; lower the record with --write`);
  return { errors, notes };
}
