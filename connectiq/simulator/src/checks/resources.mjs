// Resources: what is used is there, what is there is used, in every language and for every product.
import fs from 'node:fs';
import path from 'node:path';
import { readJungle } from '../project/jungle.mjs';
import { readResources } from '../project/resources.mjs';
import { dottedPath, lineOf, walk } from '../language/syntaxtree.mjs';
import { finding } from './finding.mjs';
import { PRODUCTS } from './products.mjs';
import { referencesOf } from './references.mjs';

/** The language of the resources that all builds have. */
export const BASE_LANGUAGE = 'eng';
const REFERENCE = /^@(Strings|Drawables|Properties)\.(\w+)$/;
const PLACEHOLDER = /\$\d+\$/g;

/** Errors of strings, drawables, properties and settings. */
export function checkResources(project) {
  return [
    ...references(project),
    ...unusedStrings(project),
    ...settings(project),
    ...properties(project),
    ...translations(project),
    ...launcherIcons(project),
  ];
}

/** Every place that names a resource: [{kind, id, file, line}]. */
function uses(project) {
  const { manifest, resources, jungle, declarations } = project;
  const inManifest = [manifest.name, manifest.launcherIcon].map((text) => ({ text, file: manifest.file }));
  const inSettings = resources.Settings.flatMap(({ title, prompt, entries, file }) =>
    [title, prompt, ...entries.map((entry) => entry.title)].map((text) => ({ text, file })),
  );
  const inXml = [...inManifest, ...inSettings].flatMap(({ text, file }) => {
    const [, kind, id] = REFERENCE.exec(text ?? '') ?? [];
    return kind ? [{ kind, id, file: path.relative(jungle.dir, file), line: 1 }] : [];
  });
  return [...inXml, ...usesInCode(declarations.root, project)];
}

function usesInCode(declaration, project) {
  const own = declaration.code && declaration.kind !== 'module' && declaration.kind !== 'class';
  const found = own ? referencesOf(declaration.code, declaration, project).resources : [];
  return [
    ...found.map(({ names: [kind, id], line }) => ({ kind, id, file: declaration.file, line })),
    ...[...declaration.members.values()].flatMap((member) => usesInCode(member, project)),
  ];
}

function references(project) {
  return uses(project)
    .filter(({ kind, id }) => id && !project.resources[kind]?.[id])
    .map(({ kind, id, file, line }) => finding(file, line, `${kind}.${id} is not defined`));
}

function unusedStrings(project) {
  const used = new Set(uses(project).map(({ kind, id }) => `${kind}.${id}`));
  return Object.entries(project.resources.Strings)
    .filter(([id]) => !used.has(`Strings.${id}`))
    .map(([id, { file }]) => finding(relative(project, file), 1, `the string ${id} is never used`));
}

function settings({ resources, jungle }) {
  return resources.Settings.flatMap(({ key, title, prompt, file }) => {
    const at = (message) => finding(path.relative(jungle.dir, file), 1, `the setting ${key} ${message}`);
    return [
      resources.Properties[key] ? null : at('points at no property'),
      ...[title, prompt].map((text) =>
        text && !REFERENCE.test(text) ? at(`has the text '${text}' in one language`) : null,
      ),
    ].filter(Boolean);
  });
}

const VALUES = {
  number: /^-?\d+$/,
  long: /^-?\d+$/,
  boolean: /^(true|false)$/,
  float: /^-?[\d.]+$/,
  double: /^-?[\d.]+$/,
};

function properties(project) {
  const { resources, files } = project;
  const literals = new Set(files.flatMap(({ ast }) => stringLiterals(ast)));
  const wrong = Object.entries(resources.Properties).flatMap(([id, { type, text, file }]) => {
    const at = (message) => finding(relative(project, file), 1, `the property ${id} ${message}`);
    return [
      VALUES[type]?.test(text) === false ? at(`has the value '${text}', which is no ${type}`) : null,
      literals.has(id) ? null : at('is never read'),
    ].filter(Boolean);
  });
  return [...wrong, ...files.flatMap((file) => undefinedProperties(file, resources))];
}

function stringLiterals(ast) {
  const found = [];
  walk(ast, (node) => {
    if (node.type === 'Literal' && typeof node.value === 'string') found.push(node.value);
  });
  return found;
}

/** Properties.getValue("x") and setValue("x") of a property that the resources do not define. */
function undefinedProperties({ path: file, ast }, resources) {
  const found = [];
  walk(ast, (node) => {
    if (node.type !== 'CallExpression') return;
    const names = dottedPath(node.callee)?.slice(-2).join('.');
    const key = node.arguments[0]?.value;
    if (!['Properties.getValue', 'Properties.setValue'].includes(names) || typeof key !== 'string') return;
    if (!resources.Properties[key]) found.push(finding(file, lineOf(node), `the property ${key} is not defined`));
  });
  return found;
}

function translations(project) {
  const { manifest, jungleFiles, device, resources } = project;
  const others = manifest.languages.filter((language) => language !== BASE_LANGUAGE);
  return others.flatMap((language) => {
    const { languagePath } = readJungle(jungleFiles, device, language);
    const strings = readResources(languagePath.filter((folder) => fs.existsSync(folder))).Strings;
    return translation(project, language, resources.Strings, strings);
  });
}

function translation(project, language, base, strings) {
  const missing = Object.entries(base)
    .filter(([id]) => !strings[id])
    .map(([id, { file }]) => finding(relative(project, file), 1, `the string ${id} is missing in ${language}`));
  const wrong = Object.entries(strings).flatMap(([id, { text, scope, file }]) => {
    const at = (message) => finding(relative(project, file), 1, `the string ${id} ${message}`);
    if (!base[id]) return [at(`is not there in ${BASE_LANGUAGE}`)];
    return [
      placeholders(text) === placeholders(base[id].text) ? null : at(`has other placeholders than in ${BASE_LANGUAGE}`),
      scope.join() === base[id].scope.join() ? null : at(`has another scope than in ${BASE_LANGUAGE}`),
    ].filter(Boolean);
  });
  return [...missing, ...wrong];
}

const placeholders = (text) => (text.match(PLACEHOLDER) ?? []).sort().join();

/** Every product gets the launcher icon in its own size. */
function launcherIcons({ manifest, jungleFiles, jungle }) {
  return manifest.products.flatMap((product) => {
    const { resourcePath } = readJungle(jungleFiles, product, BASE_LANGUAGE);
    const icon = readResources(resourcePath).Drawables[manifest.launcherIcon.replace('@Drawables.', '')];
    const pixels = PRODUCTS.get(product);
    if (!icon || !pixels) return [];
    const { width, height } = pngSize(icon.filename);
    if (width === pixels && height === pixels) return [];
    const file = path.relative(jungle.dir, icon.filename);
    return [finding(file, 1, `${width} x ${height} pixels, but ${product} wants ${pixels} x ${pixels}`)];
  });
}

/** A PNG begins with its signature and the IHDR chunk, which holds width and height. */
function pngSize(file) {
  const bytes = fs.readFileSync(file);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

const relative = ({ jungle }, file) => path.relative(jungle.dir, file);
