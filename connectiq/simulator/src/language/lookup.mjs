/**
 * What a plain name means.
 *
 * The order: local variables, the object's fields, its methods and statics through its superclasses, the statics of the
 * class that the code is in, names of imports, then the enclosing modules outwards, then those of the superclasses, and
 * at last the classes of imported modules. A name that is called is looked for among functions only.
 */
import { lineage, privateKey, superclassOf } from './classes.mjs';
import { MFunction } from './declarations.mjs';
import { Gap } from './errors.mjs';
import { FieldReference, LocalReference, MemberReference } from './references.mjs';
import { MObject } from './values.mjs';

const usable = (member, called) => member !== undefined && (!called || member instanceof MFunction);

/** A field of an object as code in `cls` sees it: its own private field first. */
export function fieldReference(object, name, cls) {
  if (cls && object.fields.has(privateKey(name, cls))) return new FieldReference(object, privateKey(name, cls));
  return object.fields.has(name) ? new FieldReference(object, name) : null;
}

/** A method or static that an object has through its class. */
export function inheritedReference(machine, object, name, called = false) {
  for (const cls of lineage(machine, object.cls)) {
    const method = cls.methods.get(name);
    if (method) return new MemberReference(name, method, object);
    const member = cls.statics.get(name);
    if (usable(member, called)) return new MemberReference(name, member, cls);
  }
  return null;
}

function ofSelf(machine, frame, name, called) {
  if (!(frame.self instanceof MObject)) return null;
  const field = called ? null : fieldReference(frame.self, name, frame.cls);
  return field ?? inheritedReference(machine, frame.self, name, called);
}

function ofOwnStatics(machine, frame, name, called) {
  for (let cls = frame.cls; cls; cls = frame.fn.isStatic ? null : superclassOf(machine, cls)) {
    const member = cls.statics.get(name);
    if (usable(member, called)) return new MemberReference(name, member, cls);
  }
  return null;
}

function importedModule(machine, imported) {
  let target = machine.global;
  for (const part of imported.path) target = target?.members?.get(part);
  return target ?? null;
}

function ofImportNames(machine, frame, name) {
  for (const imported of frame.imports?.visible() ?? []) {
    if (imported.name !== name) continue;
    const target = importedModule(machine, imported);
    if (target) return new MemberReference(name, target, null);
    if (imported.path[0] === 'Toybox' && !machine.hidden.has(imported.path[1]))
      throw new Gap(`${imported.path.join('.')} is not modelled by the simulator`, machine.trace());
  }
  return null;
}

/** A member of a module or of the modules around it. */
export function outwardReference(module, name, called = false) {
  for (let current = module; current; current = current.parent) {
    const member = current.members.get(name);
    if (usable(member, called)) return new MemberReference(name, member, current);
  }
  return null;
}

function ofSuperclassModules(machine, frame, name, called) {
  if (!frame.cls || frame.fn.isStatic) return null;
  for (const cls of lineage(machine, superclassOf(machine, frame.cls))) {
    const found = outwardReference(cls.module, name, called);
    if (found) return found;
  }
  return null;
}

function ofImportedModules(machine, frame, name) {
  for (const imported of frame.imports?.visible() ?? []) {
    if (!imported.wholeModule) continue;
    const member = importedModule(machine, imported)?.members?.get(name);
    if (member?.kind === 'class' || member?.kind === 'module') return new MemberReference(name, member, null);
  }
  return null;
}

/** The reference that a name stands for in a frame, or null. `called`: it is the callee of a call. */
export function lookup(machine, frame, name, called = false) {
  if (name === '$') return new MemberReference(name, machine.global, null);
  const scope = called ? null : frame.scopeOf(name);
  if (scope) return new LocalReference(scope, name);
  return (
    ofSelf(machine, frame, name, called) ??
    ofOwnStatics(machine, frame, name, called) ??
    (called ? null : ofImportNames(machine, frame, name)) ??
    outwardReference(frame.module, name, called) ??
    ofSuperclassModules(machine, frame, name, called) ??
    (called ? null : ofImportedModules(machine, frame, name))
  );
}
