/**
 * Object.equals(): by value for Lang's value types and ByteArrays, by the class's own equals() for objects. Numbers of
 * different types are not equal (1.equals(1.0) is false). Arrays and Dictionaries have no equals() of their own: identity.
 */
import { MBytes, MChar, MDouble, MFloat, MObject } from './types.mjs';

const sameBytes = (left, right) => left.length === right.length && left.every((byte, i) => byte === right[i]);

/** Whether left.equals(right); with a machine, a class's own equals() is called. */
export function equals(left, right, machine = null) {
  if (left === right) return true;
  if (left === null || right === null || left === undefined || right === undefined) return false;
  if (typeof left !== 'object' || left.constructor !== right.constructor) return false;
  if (left instanceof MFloat || left instanceof MDouble) return left.v === right.v;
  if (left instanceof MChar) return left.code === right.code;
  if (left instanceof MBytes) return sameBytes(left.bytes, right.bytes);
  if (!(left instanceof MObject) || !machine) return false;
  const method = machine.findMethod(left.cls, 'equals');
  return Boolean(method && !method.native && machine.callFunction(method, left, [right]) === true);
}
