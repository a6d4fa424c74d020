/** What an identifier can stand for; each reference can be read and written. */
import { MFunction, Slot } from './declarations.mjs';
import { Gap } from './errors.mjs';
import { evaluateIn } from './expressions.mjs';

/** The value of a variable or constant, initialising it when it is first needed. */
export function slotValue(machine, slot) {
  if (slot.state === 'ready') return slot.value;
  if (slot.state === 'running') machine.fatal('Circular Dependency Error', 'an initialiser needs its own value');
  slot.state = 'running';
  slot.value = evaluateIn(machine, slot.node, slot.context);
  slot.state = 'ready';
  return slot.value;
}

/** The value of a member of a module or class. */
export function memberValue(machine, member, name) {
  if (member instanceof Slot) return slotValue(machine, member);
  if (member instanceof MFunction)
    throw new Gap(
      `function '${name}' is used as a value; method(:${name}) is what the simulator models`,
      machine.trace(),
    );
  return member;
}

/** Write to a member of a module or class; only variables can be written. */
export function writeMember(machine, member, name, value) {
  if (!(member instanceof Slot)) machine.fatal('Unexpected Type Error', `'${name}' is not a variable`);
  if (member.isConst) machine.fatal('Unexpected Type Error', `assignment to const '${name}'`);
  member.value = value;
  member.state = 'ready';
}

/** A local variable. */
export class LocalReference {
  constructor(scope, name) {
    Object.assign(this, { scope, name });
  }

  read() {
    return this.scope.variables.get(this.name);
  }

  write(machine, value) {
    this.scope.variables.set(this.name, value);
  }
}

/** A field of an object. */
export class FieldReference {
  constructor(object, key) {
    Object.assign(this, { object, key });
  }

  read() {
    return this.object.fields.get(this.key);
  }

  write(machine, value) {
    this.object.fields.set(this.key, value);
  }
}

/** A member of a module or class, or a method; `self` is what a function among them runs on. */
export class MemberReference {
  constructor(name, member, self) {
    Object.assign(this, { name, member, self });
  }

  read(machine) {
    return memberValue(machine, this.member, this.name);
  }

  write(machine, value) {
    writeMember(machine, this.member, this.name, value);
  }
}
