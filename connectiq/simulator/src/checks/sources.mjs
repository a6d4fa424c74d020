// Each file by itself: Monkey C that parses, XML that is well formed, and files that stay short.
import fs from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../project/folders.mjs';
import { readJungle } from '../project/jungle.mjs';
import { parseSource } from '../project/source.mjs';
import { readXml } from '../project/xml.mjs';
import { finding, findingOf, unique } from './finding.mjs';

/** A longer file is an error: it should be two. */
const LONGEST_FILE = 200;

/**
 * Errors of the jungle and of single files. While there are any, the project cannot be loaded and no other check can run.
 * @param {string} jungleFiles separated by semicolons @param {string[]} products for each, its resource folders are read
 * @param {string[]} languages
 */
export function checkFiles(jungleFiles, dir, products, languages) {
  const relative = (file) => path.relative(dir, path.resolve(dir, file));
  const found = [];
  const attempt = (run) => {
    try {
      return run();
    } catch (error) {
      found.push(findingOf(error, relative));
      return null;
    }
  };
  const folders = foldersOf(jungleFiles, products, languages, attempt);
  for (const folder of folders.all.filter((name) => !fs.existsSync(name))) {
    found.push(finding(relative(jungleFiles.split(';')[0]), 1, `the folder ${relative(folder)} does not exist`));
  }
  for (const file of filesOf(folders.sources, '.mc')) attempt(() => parseSource(fs.readFileSync(file, 'utf8'), file));
  for (const file of filesOf(folders.resources, '.xml')) attempt(() => readXml(file));
  return unique(found);
}

function foldersOf(jungleFiles, products, languages, attempt) {
  const sources = new Set();
  const resources = new Set();
  for (const product of products) {
    for (const language of languages) {
      const jungle = attempt(() => readJungle(jungleFiles, product, language));
      for (const folder of jungle?.sourcePath ?? []) sources.add(folder);
      for (const folder of jungle?.resourcePath ?? []) resources.add(folder);
      if (language !== 'eng') for (const folder of jungle?.languagePath ?? []) resources.add(folder);
    }
  }
  return { sources: [...sources], resources: [...resources], all: [...sources, ...resources] };
}

const filesOf = (folders, ending) =>
  folders.filter((folder) => fs.existsSync(folder)).flatMap((folder) => filesBelow(folder, ending));

/** Source files that are too long. */
export function checkLengths(files) {
  return files
    .map(({ path: file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ file, lines }) => finding(file, LONGEST_FILE, `${lines} lines; ${LONGEST_FILE} are the most`));
}
