// What a piece of code refers to: declarations of the project, Toybox, resources, and names that are called on some object.
import { children, dottedPath, lineOf, localNames } from '../language/syntaxtree.mjs';
import { toyboxPath } from './declarations.mjs';

/**
 * @typedef {object} References
 * @property {{declaration: object, line: number}[]} declarations
 * @property {{declaration: object, line: number}[]} instances classes that `new` is used on
 * @property {{names: string[], line: number, isAskedFor: boolean}[]} toybox full paths; asked for: by `Toybox has :Module`
 * @property {{names: string[], line: number}[]} resources such as ['Strings', 'AppName']
 * @property {Set<string>} called method names, called on an object or named by a symbol
 */

/**
 * The references of code.
 * @param {object} code a syntax tree: a function, a class's superclass or an initialiser
 * @param {object} place the Declaration that the code belongs to
 * @param {{declarations: object, api: object}} project
 * @returns {References}
 */
export function referencesOf(code, place, { declarations, api }) {
  const found = { declarations: [], instances: [], toybox: [], resources: [], called: new Set() };
  const collector = new Collector(found, place, declarations, api, localNames(code));
  collector.visit(code.type === 'FunctionDeclaration' ? code.body : code);
  return found;
}

class Collector {
  /** Modules for which an `if (Toybox has :Module)` around the code has asked. */
  #asked = [];

  constructor(found, place, declarations, api, locals) {
    Object.assign(this, { found, place, declarations, api, locals });
  }

  visit(node) {
    if (node.type === 'MemberExpression' || node.type === 'Identifier') return this.name(node);
    if (node.type === 'CallExpression') return this.call(node);
    if (node.type === 'NewExpression') return this.instance(node);
    if (node.type === 'ObjectExpression') return this.dictionary(node);
    if (node.type === 'BinaryExpression' && node.operator === 'has') return this.visit(node.left);
    if (node.type === 'UnaryExpression' && node.operator === ':') return this.found.called.add(node.argument.name);
    if (node.type === 'VariableDeclarator') return node.init && this.visit(node.init);
    if (node.type === 'CatchClause') return this.clause(node);
    if (node.type === 'IfStatement') return this.condition(node);
    return this.inside(node);
  }

  inside(node) {
    for (const child of children(node)) this.visit(child);
  }

  /** Symbols that are keys of a dictionary name no method. */
  dictionary(node) {
    for (const { key, value } of node.properties) {
      if (key.type !== 'UnaryExpression') this.visit(key);
      this.visit(value);
    }
  }

  clause({ param, body }) {
    if (param?.operator === 'instanceof') this.name(param.right);
    this.visit(body);
  }

  /** What only runs where Toybox has a module does not need it everywhere. */
  condition({ test, consequent, alternate }) {
    this.visit(test);
    const asked = test.operator === 'has' && dottedPath(test.left)?.join('.') === 'Toybox';
    if (asked) this.#asked.push(test.right.argument.name);
    this.visit(consequent);
    if (asked) this.#asked.pop();
    if (alternate) this.visit(alternate);
  }

  instance(node) {
    const names = dottedPath(node.callee);
    const resolved = names && this.resolve(names);
    if (resolved) this.found.instances.push({ declaration: resolved.declaration, line: lineOf(node) });
    this.visit(node.callee);
    const [owner, symbol] = node.arguments;
    const target = symbol?.operator === ':' && this.resolve(dottedPath(owner) ?? []);
    const method = target && target.declaration.members.get(symbol.argument.name);
    if (method) this.found.declarations.push({ declaration: method, line: lineOf(node) });
    for (const argument of node.arguments) this.visit(argument);
  }

  call(node) {
    const { callee } = node;
    const names = dottedPath(callee);
    if (names?.length === 1) this.function(names[0], node);
    else if (!names || !this.path(names, callee)) {
      if (callee.type === 'MemberExpression' && !callee.computed) this.found.called.add(callee.property.name);
      this.inside(callee.type === 'MemberExpression' ? { object: callee.object } : callee);
    }
    for (const argument of node.arguments) this.visit(argument);
  }

  /** A function that is called by its bare name: locals do not hide it. */
  function(name, node) {
    const declaration = this.declarations.lookup(name, this.place);
    if (declaration?.ofClass) this.found.called.add(name);
    if (declaration) this.found.declarations.push({ declaration, line: lineOf(node) });
  }

  name(node) {
    const names = dottedPath(node);
    if (!names) return this.inside(node.computed ? node : { object: node.object });
    this.path(names, node);
    return undefined;
  }

  /** Notes what a dotted path means. @returns {boolean} whether all of it is known */
  path(names, node) {
    if (names[0] === 'self') return this.member(names, node);
    const bare = names[0] === '$' ? names.slice(1) : names;
    if (bare[0] === 'Rez') return this.resource(bare, node);
    if (this.locals.has(names[0])) return false;
    const resolved = this.resolve(names);
    if (resolved) {
      this.found.declarations.push({ declaration: resolved.declaration, line: lineOf(node) });
      return resolved.used === names.length && !isMethodOfObject(resolved.declaration, names);
    }
    const toybox = toyboxPath(names, this.place, this.api);
    const isAskedFor = this.#asked.includes(toybox?.[1]);
    if (toybox) this.found.toybox.push({ names: toybox, line: lineOf(node), isAskedFor });
    return Boolean(toybox);
  }

  member(names, node) {
    const cls = this.place.ofClass;
    const declaration = cls && names.length > 1 && this.declarations.memberOfClass(cls, names[1]);
    if (declaration) this.found.declarations.push({ declaration, line: lineOf(node) });
    return false;
  }

  resource(names, node) {
    this.found.resources.push({ names: names.slice(1), line: lineOf(node) });
    return true;
  }

  resolve(names) {
    return names.length ? this.declarations.resolve(names, this.place) : undefined;
  }
}

/** `variable.method` of which only the variable is a declaration, or a method whose class decides which one runs. */
const isMethodOfObject = (declaration, names) =>
  declaration.kind === 'function' && declaration.ofClass && names.length === 1;
