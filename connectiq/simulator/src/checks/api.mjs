// What typing/*.mir says of Toybox: its modules, classes and their members. The type checker reads the same files.
import fs from 'node:fs';
import path from 'node:path';
import { parseSource } from '../project/source.mjs';

const TYPING = path.resolve(import.meta.dirname, '../../typing');

/** The description of the whole API as one text, in the form of Garmin's api.mir. */
export function apiDescription() {
  const files = fs.readdirSync(TYPING).filter((name) => name.endsWith('.mir'));
  return `module Toybox {\n${files.map((name) => fs.readFileSync(path.join(TYPING, name), 'utf8')).join('\n')}}\n`;
}

/** Toybox as a tree: {kind, members: Map of name to node}; classes also have `superclass`, a dotted path or null. */
export class Api {
  constructor(text = apiDescription()) {
    this.root = { kind: 'module', members: new Map() };
    for (const node of parseSource(text, 'api.mir').body) declare(node, this.root, []);
  }

  /** The node that a path names, such as ['Toybox', 'WatchUi', 'View'], or undefined. */
  find(names) {
    return names.reduce((node, name) => node?.members?.get(name), this.root);
  }

  /** Names of what a class and its superclasses declare. @param {string[]} names the path of the class */
  memberNames(names) {
    const cls = this.find(names);
    if (cls?.kind !== 'class') return [];
    return [...cls.members.keys(), ...(cls.superclass ? this.memberNames(cls.superclass) : [])];
  }
}

function declare(node, owner, path_) {
  const name = node.id?.name;
  const here = [...path_, name];
  if (node.type === 'ModuleDeclaration') declareInto(node, member(owner, name, { kind: 'module' }), here);
  else if (node.type === 'ClassDeclaration') {
    declareInto(node, member(owner, name, { kind: 'class', superclass: superclassOf(node, path_) }), here);
  } else if (node.type === 'FunctionDeclaration') member(owner, name, { kind: 'function' });
  else if (node.type === 'VariableDeclaration') {
    for (const { id } of node.declarations) member(owner, (id.left ?? id).name, { kind: 'variable' });
  } else if (node.type === 'EnumDeclaration') {
    for (const constant of node.body.members) member(owner, (constant.id ?? constant).name, { kind: 'constant' });
  }
}

function declareInto(node, declared, path_) {
  for (const item of node.body.body) declare(item.item ?? item, declared, path_);
}

function member(owner, name, details) {
  if (!owner.members.has(name)) owner.members.set(name, { members: new Map(), ...details });
  return owner.members.get(name);
}

/** In the description a superclass is named with its module (Lang.Exception) or without (in the same module). */
function superclassOf({ superClass }, path_) {
  if (!superClass) return null;
  if (superClass.type === 'Identifier') return [...path_, superClass.name];
  return ['Toybox', superClass.object.name, superClass.property.name];
}
