/** object.member and object[key]: reading, writing, and the has operator. */
import { classOf, lineage, superclassOf } from './classes.mjs';
import { MClass, MModule } from './declarations.mjs';
import { fieldReference, inheritedReference, outwardReference } from './lookup.mjs';
import { missingMember } from './missing.mjs';
import { memberValue, writeMember } from './references.mjs';
import { MArray, MDictionary, MObject, toText, typeName } from './values.mjs';

const OUTWARD = 'outward-lookup';

/** A member of a module; Monkey C goes on in the enclosing modules, which is recorded as a quirk. */
export function moduleReference(machine, module, name, called = false) {
  const found = outwardReference(module, name, called);
  if (found && found.self !== module) machine.quirk(OUTWARD, `${module.fullName}.${name} is of an enclosing module`);
  return found ?? missingMember(machine, module, name);
}

function classMember(machine, cls, name, frame) {
  for (const current of lineage(machine, cls)) {
    const member = current.statics.get(name);
    if (member !== undefined) return memberValue(machine, member, name);
  }
  const found = frame?.cls ? outwardReference(cls.module, name) : null;
  if (!found) return missingMember(machine, cls, name);
  machine.quirk(OUTWARD, `${cls.fullName}.${name} is of an enclosing module`);
  return found.read(machine);
}

function outwardFromSelf(machine, object, name) {
  for (const cls of lineage(machine, object.cls)) {
    const found = outwardReference(cls.module, name);
    if (!found) continue;
    machine.quirk(OUTWARD, `self.${name} is of an enclosing module`);
    return found.read(machine);
  }
  return missingMember(machine, object.cls, name);
}

function objectMember(machine, object, name, frame) {
  const found = fieldReference(object, name, frame?.cls) ?? inheritedReference(machine, object, name);
  if (found) return found.read(machine);
  return object === frame?.self ? outwardFromSelf(machine, object, name) : missingMember(machine, object.cls, name);
}

/** owner.name */
export function readMember(machine, owner, name, frame) {
  if (owner === null || owner === undefined) machine.fatal('Unexpected Type Error', `reading '${name}' of null`);
  if (owner instanceof MModule) return moduleReference(machine, owner, name).read(machine);
  if (owner instanceof MClass) return classMember(machine, owner, name, frame);
  if (owner instanceof MObject) return objectMember(machine, owner, name, frame);
  return missingMember(machine, classOf(machine, owner) ?? owner, name);
}

/** owner.name = value */
export function assignMember(machine, owner, name, value, frame) {
  if (owner === null || owner === undefined) machine.fatal('Unexpected Type Error', `writing '${name}' of null`);
  if (owner instanceof MModule || owner instanceof MClass) {
    const member = (owner.members ?? owner.statics).get(name);
    return member === undefined ? missingMember(machine, owner, name) : writeMember(machine, member, name, value);
  }
  if (!(owner instanceof MObject)) return missingMember(machine, classOf(machine, owner), name);
  const found = fieldReference(owner, name, frame?.cls) ?? inheritedReference(machine, owner, name);
  return found ? found.write(machine, value) : missingMember(machine, owner.cls, name);
}

function classHas(machine, cls, name) {
  for (let current = cls; current; current = superclassOf(machine, current))
    if (current.methods.has(name) || current.statics.has(name)) return true;
  return false;
}

/** owner has :name */
export function hasMember(machine, owner, name) {
  if (owner === null || owner === undefined) return false;
  if (owner instanceof MModule) return owner.members.has(name);
  if (owner instanceof MClass) return classHas(machine, owner, name);
  return (
    Boolean(owner instanceof MObject && owner.fields.has(name)) || classHas(machine, classOf(machine, owner), name)
  );
}

function elementsOf(machine, owner) {
  if (owner instanceof MArray) return owner.items;
  return machine.fatal('Unexpected Type Error', `Expected Array or Dictionary, given ${typeName(owner)}`);
}

function elementIndex(machine, elements, key) {
  const index = typeof key === 'bigint' ? Number(key) : key;
  if (typeof index !== 'number') machine.fatal('Unexpected Type Error', `array index is a ${typeName(key)}`);
  if (index < 0 || index >= elements.length)
    machine.fatal('Array Out Of Bounds Error', `index ${toText(key)}, size ${elements.length}`);
  return index;
}

/** owner[key] */
export function readElement(machine, owner, key) {
  if (owner instanceof MDictionary) return owner.get(key);
  const elements = elementsOf(machine, owner);
  return elements[elementIndex(machine, elements, key)];
}

/** owner[key] = value */
export function assignElement(machine, owner, key, value) {
  if (owner instanceof MDictionary) return owner.set(key, value);
  const elements = elementsOf(machine, owner);
  elements[elementIndex(machine, elements, key)] = value;
  return undefined;
}
