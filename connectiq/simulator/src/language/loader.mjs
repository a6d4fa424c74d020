/**
 * Loading: turn syntax trees into modules, classes, functions and variables.
 *
 * A process of the scope 'background' or 'glance' loads only what carries that annotation, itself or by its class or module.
 * What is left out is remembered with the reason, for messages about missing symbols.
 */
import { Imports, MClass, MFunction, MModule, Slot, declaredName } from './declarations.mjs';
import { Gap } from './errors.mjs';
import { executableLines } from './lines.mjs';
import { evaluateIn } from './expressions.mjs';
import { declaredType } from './signatures.mjs';
import { annotationsOf } from './syntaxtree.mjs';

const accessOf = (node) => node.attrs?.access ?? [];
const placeOf = (node, { file }) => `${file}:${node.loc?.start.line ?? '?'}`;
const pathOf = (node) => (node.type === 'Identifier' ? [node.name] : [...pathOf(node.object), node.property.name]);

/** All names that a declaration brings: of its variables, of an enum's members, or its own. */
function namesOf(node) {
  if (node.type === 'VariableDeclaration') return node.declarations.map(({ id }) => declaredName(id));
  const members =
    node.type === 'EnumDeclaration' ? node.body.members.map(({ id, name }) => name ?? declaredName(id)) : [];
  return node.id ? [node.id.name, ...members] : members;
}

/** Declares the syntax trees of a project in a machine. */
export class Loader {
  /** @param {{exclude: Set<string>, scope: null|'background'|'glance', tests: boolean}} options what to leave out */
  constructor(machine, { exclude = new Set(), scope = null, tests = false } = {}) {
    Object.assign(this, { machine, exclude, scope, tests });
  }

  loadFile({ path, ast }) {
    this.machine.lines.set(path, new Set());
    const around = { module: this.machine.global, cls: null, imports: new Imports(), file: path, loaded: !this.scope };
    for (const node of ast.body) this.declare(node, around);
  }

  declare(node, around) {
    const annotations = annotationsOf(node);
    const kind = annotations.find((name) => name === 'debug' || name === 'release');
    if (kind) throw new Gap(`the annotation (:${kind}) at ${placeOf(node, around)} is not modelled by the simulator`);
    const reason = this.reasonToOmit(annotations, around);
    const declaration = { node, annotations, loaded: reason === null };
    if (node.type === 'ImportModule' || node.type === 'Using') this.declareImport(node, around);
    else if (node.type === 'ModuleDeclaration' && !this.isRefused(annotations)) this.declareModule(declaration, around);
    else if (reason !== null) this.hide(node, around, reason);
    else this.declareMember(declaration, around);
  }

  declareMember(declaration, around) {
    const { node } = declaration;
    if (node.type === 'ClassDeclaration') this.declareClass(declaration, around);
    else if (node.type === 'FunctionDeclaration') this.declareFunction(declaration, around);
    else if (node.type === 'VariableDeclaration') this.declareVariables(node, around);
    else if (node.type === 'EnumDeclaration') this.declareEnum(node, around);
  }

  isRefused(annotations) {
    return annotations.some((name) => this.exclude.has(name)) || (!this.tests && annotations.includes('test'));
  }

  /** Why a declaration is not loaded, or null when it is. */
  reasonToOmit(annotations, around) {
    const excluded = annotations.find((name) => this.exclude.has(name));
    if (excluded) return `is excluded by the annotation (:${excluded})`;
    const isTest = annotations.includes('test');
    if (isTest && !this.tests) return 'is only built for tests: (:test)';
    if (around.loaded || isTest || annotations.includes(this.scope)) return null;
    return `lacks the annotation (:${this.scope}) that code of a ${this.scope} process needs`;
  }

  hide(node, around, reason) {
    const owner = around.cls ?? around.module;
    const place = placeOf(node, around);
    for (const name of namesOf(node)) {
      const fullName = owner === this.machine.global ? name : `${owner.fullName}.${name}`;
      const known = this.machine.hidden.get(name) ?? [];
      this.machine.hidden.set(name, [...known, { fullName, place, reason: `${fullName} (${place}) ${reason}` }]);
    }
  }

  /** A second declaration of a name is refused, as the compiler does. */
  add(members, name, member, { file }) {
    if (members.has(name)) throw new SyntaxError(`${file}: '${name}' is declared twice`);
    members.set(name, member);
  }

  declareImport(node, around) {
    const path = pathOf(node.id);
    const name = node.as ? node.as.name : path.at(-1);
    around.imports.list.push({ name, path, wholeModule: node.type === 'ImportModule' });
  }

  declareBody(node, around) {
    for (const item of node.body?.body ?? []) this.declare(item.type === 'ClassElement' ? item.item : item, around);
  }

  declareModule({ node, loaded }, around) {
    const { members } = around.module;
    const known = members.get(node.id.name);
    const module = known ?? new MModule(node.id.name, around.module);
    if (!known) members.set(module.name, module);
    this.declareBody(node, { ...around, module, cls: null, imports: new Imports(around.imports), loaded });
  }

  declareClass({ node, loaded }, around) {
    const cls = new MClass(node.id.name, around.module, around.cls);
    Object.assign(cls, { superclassNode: node.superClass, file: around.file, imports: new Imports(around.imports) });
    this.add(around.cls?.statics ?? around.module.members, cls.name, cls, around);
    this.declareBody(node, { ...around, cls, imports: cls.imports, loaded });
  }

  declareFunction({ node, annotations }, around) {
    if (!node.body) return;
    const { cls, module, imports, file } = around;
    const isStatic = accessOf(node).includes('static');
    const fn = new MFunction(node.id.name, module, {
      ...{ node, cls, imports, file, isStatic, annotations },
      parameters: node.params.map(declaredName),
      parameterTypes: node.params.map((param) => declaredType(param.right)),
      returnType: declaredType(node.returnType?.argument),
      arity: [node.params.length, node.params.length],
    });
    for (const line of executableLines(node.body)) this.machine.lines.get(file).add(line);
    this.add(cls && !isStatic ? cls.methods : (cls?.statics ?? module.members), fn.name, fn, around);
    if (annotations.includes('test')) this.machine.tests.push(fn);
  }

  declareVariables(node, around) {
    const { cls, module, imports, file } = around;
    const isConst = node.kind === 'const';
    const isStatic = accessOf(node).includes('static');
    const context = { cls, module, imports, file, ofInstance: Boolean(cls) && !isStatic };
    for (const { id, init } of node.declarations) {
      const name = declaredName(id);
      if (cls && !isStatic && !isConst) {
        cls.fields.push({ name, node: init, isPrivate: accessOf(node).includes('private'), context });
      } else {
        const slot = new Slot({ isConst, node: init, context });
        this.add(cls?.statics ?? module.members, name, slot, around);
        if (!cls) this.machine.slots.push(slot);
      }
    }
  }

  declareEnum(node, around) {
    const { cls, module } = around;
    let next = 0;
    for (const member of node.body.members) {
      const slot = new Slot({ isConst: true, node: null, context: null });
      slot.value = member.init ? evaluateIn(this.machine, member.init, around) : next;
      if (typeof slot.value === 'number') next = slot.value + 1;
      this.add(cls?.statics ?? module.members, declaredName(member.id ?? member), slot, around);
    }
  }
}
