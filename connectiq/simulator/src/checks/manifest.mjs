// The manifest: its identity, the entry class, the products, and exactly the permissions that the code needs.
import path from 'node:path';
import { finding } from './finding.mjs';
import { PRODUCTS } from './products.mjs';
import { referencesOf } from './references.mjs';

const TYPES = new Set(['widget', 'watch-app', 'watchface', 'datafield', 'audio-content-provider-app']);

/** "Requires Permission" of the modules' pages in Garmin's API reference; what is not listed here requires none. */
const PERMISSIONS = {
  Background: 'Background',
  Communications: 'Communications',
  PersistedContent: 'PersistedContent',
  SensorHistory: 'SensorHistory',
  UserProfile: 'UserProfile',
};
/** A class whose use needs a permission that its module does not. */
const CLASS_PERMISSIONS = { 'Toybox.System.ServiceDelegate': 'Background' };

/** Errors of the manifest. */
export function checkManifest(project) {
  const { manifest, jungle } = project;
  const file = path.relative(jungle.dir, manifest.file);
  const messages = [
    ...identity(manifest),
    ...entryClass(project),
    ...products(manifest.products),
    ...sorted('permissions', manifest.permissions),
    ...sorted('languages', manifest.languages),
  ];
  return [...messages.map((message) => finding(file, 1, message)), ...permissions(project, file)];
}

function identity({ id, type, minApiLevel }) {
  return [
    /^[0-9a-f]{32}$/.test(id) ? null : `the id '${id}' is not 32 hexadecimal digits in lower case`,
    TYPES.has(type) ? null : `'${type}' is no type of application`,
    /^\d+\.\d+\.\d+$/.test(minApiLevel) ? null : `minApiLevel '${minApiLevel}' is not of the form 3.2.0`,
  ].filter(Boolean);
}

function entryClass({ manifest, declarations, api }) {
  const entry = declarations.root.members.get(manifest.entry);
  if (entry?.kind !== 'class') return [`the entry class ${manifest.entry} does not exist`];
  const above = declarations.toyboxSuperclass(entry, api)?.join('.');
  return above === 'Toybox.Application.AppBase' ? [] : [`${manifest.entry} does not extend Application.AppBase`];
}

function products(ids) {
  const unknown = ids
    .filter((id) => !PRODUCTS.has(id))
    .map((id) => `the product ${id} is unknown to checks/products.mjs`);
  return [...(ids.length ? [] : ['no product']), ...unknown, ...sorted('products', ids)];
}

/** Each once and in order: whoever adds one sees whether it is there. */
function sorted(what, items) {
  const twice = items.filter((item, i) => items.indexOf(item) !== i).map((item) => `${what}: ${item} is there twice`);
  const late = items.find((item, i) => i > 0 && item < items[i - 1]);
  return late ? [...twice, `${what} are not sorted: ${late} comes too late`] : twice;
}

function permissions(project, file) {
  const uses = permissionUses(project);
  const missing = [...uses]
    .filter(([permission]) => !project.manifest.permissions.includes(permission))
    .map(([permission, use]) => finding(use.file, use.line, `${use.name} needs the permission ${permission}`));
  const unused = project.manifest.permissions
    .filter((permission) => !uses.has(permission))
    .map((permission) => finding(file, 1, `the permission ${permission} is not needed`));
  return [...missing, ...unused];
}

/** Permission to the first place that needs it. */
function permissionUses(project) {
  const uses = new Map();
  for (const { names, file, line } of toyboxUses(project)) {
    const permission = CLASS_PERMISSIONS[names.slice(0, 3).join('.')] ?? PERMISSIONS[names[1]];
    if (permission && !uses.has(permission)) uses.set(permission, { name: names.join('.'), file, line });
  }
  return uses;
}

/** All uses of Toybox in code: [{names, file, line}]. */
export function toyboxUses(project) {
  const uses = [];
  const collect = (declaration) => {
    if (declaration.code) {
      const { toybox } = referencesOf(codeOf(declaration), declaration, project);
      uses.push(...toybox.map((use) => ({ ...use, file: declaration.file })));
    }
    for (const member of declaration.members.values()) collect(member);
  };
  collect(project.declarations.root);
  return uses;
}

/** Of a class only its superclass, of a module nothing: their members come by themselves. */
function codeOf({ kind, code }) {
  if (kind === 'module') return { type: 'Nothing' };
  return kind === 'class' ? (code.superClass ?? { type: 'Nothing' }) : code;
}
