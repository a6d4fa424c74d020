/**
 * Jungle files: which sources and resources a build takes.
 *
 * What is used of Garmin's jungle reference: project.manifest; sourcePath, resourcePath, excludeAnnotations and lang.<code>
 * of `base` and of devices; local variables; $(references), which are resolved after all files were read, except a reference
 * to what the line itself sets. Anything else is an error.
 */
import fs from 'node:fs';
import path from 'node:path';

const LINE = /^([\w-]+(?:\.[\w-]+)*)\s*=\s*(.*)$/;
const REFERENCE = /\$\(([\w.-]+)\)/g;
const IGNORED = new Set(['project.optimization', 'project.typecheck']);
const PROPERTY = /^[\w-]+\.(sourcePath|resourcePath|excludeAnnotations|lang\.[a-z]{3})$/;
const DEFAULTS = new Map([
  ['project.manifest', 'manifest.xml'],
  ['base.sourcePath', '.'],
  ['base.resourcePath', 'resources'],
  ['base.excludeAnnotations', ''],
]);

const isLocal = (name) => !name.includes('.');

/** The same property of `base`; where a device sets nothing, this holds. */
const ofBase = (name) => name.replace(/^[\w-]+\./, 'base.');

function readLines(file) {
  const logical = fs.readFileSync(file, 'utf8').replace(/\\\r?\n/g, ' ');
  return logical
    .split(/\r?\n/)
    .map((text, i) => ({ text: text.replace(/#.*$/, '').trim(), place: `${file}:${i + 1}` }));
}

class Jungle {
  values = new Map(DEFAULTS);

  read(file) {
    const locals = new Map();
    for (const { text, place } of readLines(file).filter((line) => line.text)) {
      const [, name, value] = LINE.exec(text) ?? [];
      if (!name) throw new SyntaxError(`${place}:1: not 'name = value': ${text}`);
      if (isLocal(name)) locals.set(name, this.withLocals(value, locals, place));
      else this.set(name, this.withLocals(value, locals, place), place);
    }
  }

  withLocals(value, locals, place) {
    return value.replace(REFERENCE, (reference, name) => {
      if (!isLocal(name)) return reference;
      if (!locals.has(name)) throw new SyntaxError(`${place}:1: ${reference} is not set`);
      return locals.get(name);
    });
  }

  set(name, value, place) {
    if (IGNORED.has(name)) return;
    if (!DEFAULTS.has(name) && !PROPERTY.test(name)) throw new SyntaxError(`${place}:1: ${name} is not modelled`);
    const before = this.values.get(name) ?? (ofBase(name) === name ? this.initial(name) : `$(${ofBase(name)})`);
    this.values.set(name, value.replaceAll(`$(${name})`, before));
  }

  /** What Garmin's default jungle gives to a property of base. */
  initial(name) {
    const language = /^base\.lang\.(.+)$/.exec(name)?.[1];
    return language ? `resources-${language}` : '';
  }

  get(name) {
    const value = this.values.get(name);
    if (value !== undefined) return value.replace(REFERENCE, (reference, other) => this.get(other));
    return ofBase(name) === name ? this.initial(name) : this.get(ofBase(name));
  }

  list(name) {
    const items = this.get(name).split(';');
    return [...new Set(items.map((item) => item.trim()).filter(Boolean))];
  }
}

/**
 * Read jungle files.
 * @param {string} files one path, or several separated by ';', where a later one changes what an earlier one set
 * @returns {{dir: string, manifest: string, sourcePath: string[], resourcePath: string[], languagePath: string[],
 *   exclude: string[]}} absolute paths; languagePath is for the asked language
 */
export function readJungle(files, device, language) {
  const paths = files.split(';').map((file) => path.resolve(file.trim()));
  const dir = path.dirname(paths[0]);
  const jungle = new Jungle();
  for (const file of paths) jungle.read(file);
  const absolute = (name) => jungle.list(name).map((item) => path.resolve(dir, item));
  return {
    dir,
    manifest: absolute('project.manifest')[0],
    sourcePath: absolute(`${device}.sourcePath`),
    resourcePath: absolute(`${device}.resourcePath`),
    languagePath: absolute(`${device}.lang.${language}`),
    exclude: jungle.list(`${device}.excludeAnnotations`),
  };
}
