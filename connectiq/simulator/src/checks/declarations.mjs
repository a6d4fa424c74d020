// What the source of a project declares, in a tree that is there without running anything, and what a name means at a place.
import { annotationsOf, dottedPath, lineOf } from '../language/syntaxtree.mjs';

/**
 * One declaration: a module, class, function, variable or constant. `annotations` are those that hold for it: a module's hold
 * for all in it; in a class nothing but the class's count.
 */
export class Declaration {
  members = new Map();

  constructor(kind, name, owner, details = {}) {
    Object.assign(this, { kind, name, owner, imports: owner?.imports ?? [], annotations: new Set(), ...details });
  }

  get fullName() {
    return this.owner?.owner ? `${this.owner.fullName}.${this.name}` : this.name;
  }

  /** The class that this is a member of, or null. */
  get ofClass() {
    return this.owner?.kind === 'class' ? this.owner : null;
  }
}

/** All declarations of a project. */
export class Declarations {
  root = new Declaration('module', '$', null);
  classes = [];

  /** @param {{path: string, ast: object}[]} files of loadProject */
  constructor(files) {
    for (const { path, ast } of files) {
      const around = { owner: this.root, file: path, imports: [], annotations: new Set() };
      for (const node of ast.body) this.#declare(node, around);
    }
  }

  #declare(node, around) {
    if (node.type === 'ImportModule' || node.type === 'Using') this.#declareImport(node, around);
    else if (node.type === 'ModuleDeclaration') this.#declareBody(node, around, 'module');
    else if (node.type === 'ClassDeclaration') this.#declareBody(node, around, 'class');
    else if (node.type === 'FunctionDeclaration') this.#add('function', node.id.name, node, node, around);
    else if (node.type === 'VariableDeclaration') {
      for (const { id, init } of node.declarations) this.#add('variable', (id.left ?? id).name, init, node, around);
    } else if (node.type === 'EnumDeclaration') {
      for (const member of node.body.members) this.#add('constant', (member.id ?? member).name, null, node, around);
    }
  }

  #declareImport(node, { imports }) {
    const path = dottedPath(node.id);
    imports.push({ name: node.as?.name ?? path.at(-1), path, wholeModule: node.type === 'ImportModule' });
  }

  #declareBody(node, around, kind) {
    const known = kind === 'module' ? around.owner.members.get(node.id.name) : undefined;
    const declaration = this.#add(kind, node.id.name, node, node, around, known);
    if (kind === 'class') this.classes.push(declaration);
    const imports = [...around.imports];
    declaration.imports = imports;
    const inside = { ...around, owner: declaration, imports, annotations: declaration.annotations };
    for (const item of node.body?.body ?? []) this.#declare(item.item ?? item, inside);
  }

  #add(kind, name, code, node, around, known = undefined) {
    const { owner, file, imports } = around;
    const own = owner.kind === 'class' ? [] : annotationsOf(node);
    const annotations = new Set([...around.annotations, ...own]);
    const isTest = annotationsOf(node).includes('test');
    const declaration = known ?? new Declaration(kind, name, owner);
    Object.assign(declaration, { code, file, imports, annotations, isTest, line: lineOf(node) });
    owner.members.set(name, declaration);
    return declaration;
  }

  /** What a name means for code inside a declaration: the members of its class and superclasses, of its modules, of `$`. */
  lookup(name, place) {
    for (let owner = place; owner; owner = owner.owner) {
      const found = owner.kind === 'class' ? this.memberOfClass(owner, name) : owner.members.get(name);
      if (found) return found;
    }
    return undefined;
  }

  memberOfClass(cls, name) {
    return cls.members.get(name) ?? (this.superclass(cls) && this.memberOfClass(this.superclass(cls), name));
  }

  /** The superclass that the project declares, or undefined. */
  superclass(cls) {
    const names = cls.code.superClass && dottedPath(cls.code.superClass);
    return names ? this.resolve(names, cls.owner)?.declaration : undefined;
  }

  /** The path of the first Toybox class above a class, or null. */
  toyboxSuperclass(cls, api) {
    const above = this.superclass(cls);
    if (above) return this.toyboxSuperclass(above, api);
    const names = cls.code.superClass && dottedPath(cls.code.superClass);
    return names ? toyboxPath(names, cls, api) : null;
  }

  /**
   * What a dotted path means: the last declaration that it leads to, and how many names led there.
   * @returns {{declaration: Declaration, used: number} | undefined}
   */
  resolve(names, place) {
    const first = names[0] === '$' ? this.root : this.lookup(names[0], place);
    if (!first) return undefined;
    let declaration = first;
    let used = 1;
    while (used < names.length) {
      const next =
        declaration.kind === 'class'
          ? this.memberOfClass(declaration, names[used])
          : declaration.members.get(names[used]);
      if (!next) break;
      declaration = next;
      used += 1;
    }
    return { declaration, used };
  }
}

/**
 * The full Toybox path that names mean at a place, by its imports: ['Toybox', 'WatchUi', 'View'], or null.
 * @param {string[]} names as in the source @param {{imports: object[]}} place a declaration
 */
export function toyboxPath(names, { imports }, api) {
  if (names[0] === 'Toybox') return names;
  const alias = imports.findLast(({ name, path }) => name === names[0] && path[0] === 'Toybox');
  if (alias) return [...alias.path, ...names.slice(1)];
  const whole = imports.findLast(
    ({ path, wholeModule }) => wholeModule && api.find([...path, names[0]])?.kind === 'class',
  );
  return whole ? [...whole.path, ...names] : null;
}
