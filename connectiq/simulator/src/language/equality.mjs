/**
 * Object.equals(): by value for Lang's value types, by the class's own equals() for objects. Numbers of
 * different types are not equal (1.equals(1.0) is false). Arrays and Dictionaries have no equals() of their own: identity.
 */
import { MChar, MDouble, MFloat, MObject } from './types.mjs';

/** Whether left.equals(right); with a machine, a class's own equals() is called. */
export function equals(left, right, machine = null) {
  if (left === right) return true;
  if (left === null || right === null || left === undefined || right === undefined) return false;
  if (typeof left !== 'object' || left.constructor !== right.constructor) return false;
  if (left instanceof MFloat || left instanceof MDouble) return left.v === right.v;
  if (left instanceof MChar) return left.code === right.code;
  if (!(left instanceof MObject) || !machine) return false;
  const method = machine.findMethod(left.cls, 'equals');
  return Boolean(method && !method.native && machine.callFunction(method, left, [right]) === true);
}
