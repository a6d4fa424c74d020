/** Monkey C source to syntax trees, by the grammar of @markw65/prettier-plugin-monkeyc. */
import fs from 'node:fs';
import path from 'node:path';
import plugin from '@markw65/prettier-plugin-monkeyc';
import { filesBelow } from './folders.mjs';

/** Parse source text; a SyntaxError begins with 'file:line:column:'. */
export function parseSource(text, file) {
  try {
    return plugin.parsers.monkeyc.parse(text, { filepath: file });
  } catch (error) {
    const { line, column } = error.location?.start ?? { line: 1, column: 1 };
    throw new SyntaxError(`${file}:${line}:${column}: ${error.message}`, { cause: error });
  }
}

/** Read and parse all .mc files of the folders: [{path (relative to dir), absolute, text, ast}]. */
export function readSources(folders, dir) {
  const files = [...new Set(folders.flatMap((folder) => filesBelow(folder, '.mc')))];
  return files.map((absolute) => {
    const file = path.relative(dir, absolute);
    const text = fs.readFileSync(absolute, 'utf8');
    return { path: file, absolute, text, ast: parseSource(text, file) };
  });
}
