// What runs in the glance and in the background, and whether it is there: those processes load nothing but what is annotated
// for them, and a watch finds a missing annotation only when the code runs.
//
// Reachability is by class: a method of an object runs when it is called by name somewhere that runs, or when a Toybox
// superclass declares it, and when its class is instantiated somewhere that runs.
import { NOT_IN_BACKGROUND } from '../device/background.mjs';
import { dottedPath } from '../language/syntaxtree.mjs';
import { toyboxPath } from './declarations.mjs';
import { finding } from './finding.mjs';
import { referencesOf } from './references.mjs';

/** What the watch itself calls on the application in such a process (Garmin's AppBase reference). */
const LIFE = {
  background: ['initialize', 'onStart', 'onStop', 'getServiceDelegate', 'onStorageChanged'],
  glance: ['initialize', 'onStart', 'onStop', 'getGlanceView', 'onSettingsChanged', 'onStorageChanged'],
};

/**
 * Errors of a process: code that runs there and lacks the annotation, resources without the scope, modules it cannot use.
 * @param {'background'|'glance'} scope
 * @param {{declarations: object, api: object, manifest: object, resources: object}} project
 */
export function checkReach(scope, project) {
  const isUsed = [...everyDeclaration(project.declarations.root)].some(({ annotations }) => annotations.has(scope));
  if (!isUsed) return [];
  const entry = project.declarations.root.members.get(project.manifest.entry);
  return entry ? new Reach(scope, project).from(entry) : [];
}

function* everyDeclaration(declaration) {
  yield declaration;
  for (const member of declaration.members.values()) yield* everyDeclaration(member);
}

class Reach {
  findings = [];
  #reported = new Set();
  #reached = new Map();
  #waiting = [];
  #instantiated = new Set();
  #called = new Set();

  constructor(scope, project) {
    Object.assign(this, { scope, project });
  }

  from(entry) {
    this.#checkAnnotation(entry, entry, entry.line);
    this.#instantiate(entry, null);
    while (this.#waiting.length) this.#follow(this.#waiting.shift());
    return this.findings;
  }

  #follow(declaration) {
    const references = referencesOf(declaration.code, declaration, this.project);
    for (const { declaration: target, line } of references.declarations) this.#refer(target, declaration, line);
    for (const { declaration: cls, line } of references.instances) {
      this.#refer(cls, declaration, line);
      if (cls.kind === 'class') this.#instantiate(cls, declaration);
    }
    for (const use of references.toybox) this.#checkToybox(use, declaration);
    for (const use of references.resources) this.#checkResource(use, declaration);
    for (const name of references.called) this.#call(name, declaration);
  }

  #refer(target, from, line) {
    if (target.kind === 'module') return;
    this.#checkAnnotation(target, from, line);
    if (target.kind === 'class') this.#referToSuperclass(target, line);
    else this.#reach(target, from);
  }

  #referToSuperclass(cls) {
    const above = this.project.declarations.superclass(cls);
    if (above) this.#refer(above, cls, cls.line);
  }

  #reach(declaration, from) {
    if (!declaration.code || this.#reached.has(declaration)) return;
    this.#reached.set(declaration, from);
    this.#waiting.push(declaration);
  }

  #instantiate(cls, from) {
    if (this.#instantiated.has(cls)) return;
    this.#instantiated.add(cls);
    const above = this.project.declarations.superclass(cls);
    if (above) this.#instantiate(above, from);
    const names = this.#calledByWatch(cls);
    for (const member of cls.members.values()) {
      const runs = member.kind !== 'function' || names.has(member.name) || this.#called.has(member.name);
      if (runs) this.#reach(member, from);
    }
  }

  #calledByWatch(cls) {
    if (cls.name === this.project.manifest.entry) return new Set(LIFE[this.scope]);
    const { declarations, api } = this.project;
    const toybox = declarations.toyboxSuperclass(cls, api) ?? ['Toybox', 'Lang', 'Object'];
    return new Set(['initialize', ...api.memberNames(toybox)]);
  }

  #call(name, from) {
    if (this.#called.has(name)) return;
    this.#called.add(name);
    for (const cls of this.#instantiated) {
      const method = cls.members.get(name);
      if (method?.kind === 'function') this.#reach(method, from);
    }
  }

  #checkAnnotation(target, from, line) {
    if (target.annotations.has(this.scope)) return;
    this.#report(from, line, `${target.fullName} runs in the ${this.scope} but lacks (:${this.scope})`);
  }

  #checkToybox({ names, line, isAskedFor }, from) {
    if (isAskedFor || this.scope !== 'background' || !NOT_IN_BACKGROUND.has(names[1])) return;
    this.#report(from, line, `${names.join('.')} is used in the background, which has no ${names[1]}`);
  }

  #checkResource({ names: [kind, id], line }, from) {
    const resource = this.project.resources[kind]?.[id];
    if (!resource || resource.scope.includes(this.scope)) return;
    this.#report(from, line, `Rez.${kind}.${id} is used in the ${this.scope} but lacks scope="${this.scope}"`);
  }

  #report(from, line, message) {
    const key = `${from.file}:${line}:${message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.findings.push(finding(from.file, line, `${message} (${this.#way(from)})`));
  }

  /** How the watch comes to a declaration: WristgateApp.getGlanceView > Glance.onUpdate. */
  #way(declaration) {
    const names = [];
    for (let step = declaration; step; step = this.#reached.get(step)) names.unshift(step.fullName);
    return names.join(' > ');
  }
}

/** The Toybox superclass of every class must be known, or what the watch calls on it is not. */
export function checkSuperclasses({ declarations, api }) {
  return declarations.classes
    .filter((cls) => cls.code.superClass && !declarations.superclass(cls))
    .filter((cls) => api.find(toyboxPath(dottedPath(cls.code.superClass), cls, api) ?? [''])?.kind !== 'class')
    .map((cls) => finding(cls.file, cls.line, `the superclass of ${cls.fullName} is unknown`));
}
