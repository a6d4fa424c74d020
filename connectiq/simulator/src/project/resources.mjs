/**
 * Resource files: strings, bitmaps, properties and settings. Layouts, menus, fonts and JSON data are not modelled: any other
 * element is an error that names its place.
 *
 * A later resource folder overrides an earlier one, and the language's folders override them all.
 */
import fs from 'node:fs';
import path from 'node:path';
import { filesBelow } from './folders.mjs';
import { readXml } from './xml.mjs';

const CONTAINERS = new Set(['resources', 'strings', 'drawables', 'properties', 'settings']);
const PROPERTY_TYPES = new Set(['string', 'number', 'boolean', 'float', 'long', 'double']);

const withoutPrefix = (reference) => (reference ?? '').replace(/^@\w+\./, '');
const scopeOf = ({ attributes }) => (attributes.scope ?? '').split(/[;,\s]+/).filter(Boolean);

function string(element) {
  return { text: element.text.trim().replaceAll('\\n', '\n'), scope: scopeOf(element), file: element.file };
}

function bitmap(element) {
  const filename = path.resolve(path.dirname(element.file), element.attributes.filename ?? '');
  if (!element.attributes.filename || !fs.existsSync(filename)) throw element.error(`the bitmap's file is not there`);
  return { filename, scope: scopeOf(element), file: element.file };
}

function property(element) {
  const type = element.attributes.type ?? 'string';
  if (!PROPERTY_TYPES.has(type)) throw element.error(`property type ${type} is not modelled`);
  return { type, text: element.text.trim(), file: element.file };
}

function setting(element) {
  const config = element.children.find(({ name }) => name === 'settingConfig');
  const unknown = element.children.find((child) => child !== config);
  if (!config || unknown) throw (unknown ?? element).error('a setting has one settingConfig and nothing else');
  const { propertyKey, title, prompt = null } = element.attributes;
  const entries = config.children.map((entry) => {
    if (entry.name !== 'listEntry') throw entry.error(`unknown element ${entry.name}`);
    return { value: entry.attributes.value, title: entry.text.trim() };
  });
  return { key: withoutPrefix(propertyKey), title, prompt, config: config.attributes, entries, file: element.file };
}

const READERS = {
  string: { kind: 'Strings', read: string },
  bitmap: { kind: 'Drawables', read: bitmap },
  property: { kind: 'Properties', read: property },
};

const emptyResources = () => ({ Strings: {}, Drawables: {}, Properties: {}, Settings: [] });

function readElement(element, found) {
  if (CONTAINERS.has(element.name)) {
    for (const child of element.children) readElement(child, found);
    return;
  }
  if (element.name === 'setting') {
    found.Settings.push(setting(element));
    return;
  }
  const reader = READERS[element.name];
  if (!reader) throw element.error(`unknown element ${element.name}`);
  const { id } = element.attributes;
  if (!id) throw element.error(`${element.name} without id`);
  if (found[reader.kind][id]) throw element.error(`${element.name} ${id} is defined twice`);
  found[reader.kind][id] = reader.read(element);
}

function readFolder(folder) {
  const found = emptyResources();
  for (const file of filesBelow(folder, '.xml')) readElement(readXml(file), found);
  return found;
}

/**
 * Read the resources of folders, the later overriding the earlier.
 * @returns {{Strings: Object<string, {text: string, scope: string[], file: string}>,
 *   Drawables: Object<string, {filename: string, scope: string[], file: string}>,
 *   Properties: Object<string, {type: string, text: string, file: string}>,
 *   Settings: {key: string, title: string, prompt: ?string, config: object, entries: object[], file: string}[]}}
 */
export function readResources(folders) {
  const all = emptyResources();
  for (const found of folders.map(readFolder)) {
    for (const { kind } of Object.values(READERS)) Object.assign(all[kind], found[kind]);
    all.Settings.push(...found.Settings);
  }
  return all;
}
