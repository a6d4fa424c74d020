/** Classes and their instances: inheritance, instanceof, construction. */
import { MClass } from './declarations.mjs';
import { evaluateIn } from './expressions.mjs';
import { MObject, typeName } from './values.mjs';

/** The superclass of a class, resolved when it is first asked for; Lang.Object when none is written. */
export function superclassOf(machine, cls) {
  if (cls.superclass !== undefined) return cls.superclass;
  const root = cls === machine.objectClass ? null : machine.objectClass;
  if (!cls.superclassNode) return (cls.superclass = root);
  cls.superclass = null;
  const context = { module: cls.module, imports: cls.imports.parent, file: cls.file };
  const found = evaluateIn(machine, cls.superclassNode, context);
  if (!(found instanceof MClass)) machine.fatal('Symbol Not Found Error', `the superclass of ${cls.fullName}`);
  return (cls.superclass = found);
}

/** A class and its superclasses, the class itself first. */
export function* lineage(machine, cls) {
  for (let current = cls; current; current = superclassOf(machine, current)) yield current;
}

/** Whether one class is another or descends from it. */
export function isSubclass(machine, cls, ancestor) {
  for (const current of lineage(machine, cls)) if (current === ancestor) return true;
  return false;
}

/** The method of that name that an instance of the class has, or null. */
export function findMethod(machine, cls, name) {
  for (const current of lineage(machine, cls)) {
    const method = current.methods.get(name);
    if (method) return method;
  }
  return null;
}

/** The class of any value; null for null, modules and classes. */
export function classOf(machine, value) {
  return value instanceof MObject ? value.cls : (machine.valueClasses.get(typeName(value)) ?? null);
}

/** The instanceof operator. */
export function instanceOf(machine, value, cls) {
  if (!(cls instanceof MClass)) machine.fatal('Unexpected Type Error', `instanceof ${typeName(cls)}`);
  if (cls.matches) return cls.matches(value);
  const own = classOf(machine, value);
  return own !== null && isSubclass(machine, own, cls);
}

/** The key of a field: private fields of equal name in a superclass and its subclass are different fields. */
export const privateKey = (name, cls) => `${name}@${cls.fullName}`;

function initialiseFields(machine, object, cls) {
  const parent = superclassOf(machine, cls);
  if (parent) initialiseFields(machine, object, parent);
  for (const { name, isPrivate, node, value = null, context } of cls.fields) {
    const initial = node ? evaluateIn(machine, node, { ...context, self: object }) : value;
    object.fields.set(isPrivate ? privateKey(name, cls) : name, initial);
  }
}

function requireSuperInitialize(machine, object) {
  if (object.nativeReady) return;
  for (const current of lineage(machine, object.cls)) {
    if (!current.native) continue;
    if (current !== machine.objectClass && current.methods.has('initialize'))
      machine.quirk('super-initialize', `${object.cls.fullName} never called ${current.name}.initialize()`);
    return;
  }
}

/** new cls(args): fields from the superclass down, then initialize(). */
export function instantiate(machine, cls, args) {
  if (!(cls instanceof MClass)) machine.fatal('Symbol Not Found Error', `new on ${typeName(cls)}`);
  if (cls.abstract) machine.fatal('Unexpected Type Error', `${cls.fullName} cannot be instantiated`);
  if (cls.construct) return cls.construct(args, machine);
  const object = new MObject(cls);
  initialiseFields(machine, object, cls);
  const initialize = findMethod(machine, cls, 'initialize');
  machine.callFunction(initialize, object, args);
  requireSuperInitialize(machine, object);
  return object;
}
