/** How Toybox modules and classes are defined in JavaScript. */
import { MClass, MFunction, MModule } from './declarations.mjs';
import { Gap } from './errors.mjs';
import { MObject } from './values.mjs';

/**
 * Say how many arguments a native function takes, so that another count is the device error that it is on a watch.
 * @param {number|[number, number]} count exactly, or least and most
 */
export function takes(count, fn) {
  function counted(...args) {
    return fn.apply(this, args);
  }
  counted.arity = Array.isArray(count) ? count : [count, count];
  return counted;
}

function nativeMember(name, value, module, cls = null) {
  if (typeof value !== 'function') return value;
  return new MFunction(name, module, { native: value, cls, arity: value.arity ?? null });
}

function nativeModule(machine, path) {
  let module = machine.global;
  for (const name of path.split('.')) {
    let member = module.members.get(name);
    if (!member) {
      member = new MModule(name, module);
      member.native = true;
      module.members.set(name, member);
    }
    module = member;
  }
  return module;
}

/** Define members of a native module; functions get `(args, machine)` and the module as `this`. */
export function defineModule(machine, path, members = {}, { complete = false } = {}) {
  const module = nativeModule(machine, path);
  for (const [name, value] of Object.entries(members)) module.members.set(name, nativeMember(name, value, module));
  if (complete) module.complete = true;
  return module;
}

/**
 * Define a native class.
 * @param {object} definition superclass (path or class), methods (functions get `(args, machine)`), fields ({name: initial value}), construct(args, machine) that gives the
 *   value of `new`, matches(value) for instanceof, abstract (no `new`), complete (nothing is missing from it)
 */
export function defineClass(machine, path, definition = {}) {
  const { superclass, methods = {}, fields = {} } = definition;
  const parts = path.split('.');
  const cls = new MClass(parts.pop(), nativeModule(machine, parts.join('.')));
  cls.native = true;
  cls.superclass = typeof superclass === 'string' ? machine.resolve(superclass) : (superclass ?? machine.objectClass);
  for (const [name, fn] of Object.entries(methods)) cls.methods.set(name, nativeMember(name, fn, cls.module, cls));
  cls.fields = Object.entries(fields).map(([name, value]) => ({ name, value }));
  cls.construct = definition.construct ?? null;
  cls.matches = definition.matches ?? null;
  cls.abstract = definition.abstract ?? false;
  cls.complete = definition.complete ?? false;
  cls.module.members.set(cls.name, cls);
  return cls;
}

/** An instance of a native class made by the host, with plain fields and its native part. */
export function nativeObject(machine, classPath, fields = {}, native = null) {
  const object = new MObject(typeof classPath === 'string' ? machine.resolve(classPath) : classPath);
  for (const [name, value] of Object.entries(fields)) object.fields.set(name, value);
  object.native = native;
  object.nativeReady = true;
  return object;
}

/** What a dotted path names; a Gap when there is nothing. */
export function resolve(machine, path) {
  let found = machine.global;
  for (const name of path.split('.')) {
    found = (found.members ?? found.statics)?.get(name);
    if (found === undefined) throw new Gap(`${path} is not modelled by the simulator`, machine.trace());
  }
  return found;
}
