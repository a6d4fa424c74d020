/** Object.toString() and Object.hashCode() of every kind of value. */
import { MArray, MChar, MDictionary, MDouble, MFloat, MObject, MSymbol } from './types.mjs';

function floatText(value) {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return value.toFixed(6);
}

function objectText(object, machine) {
  const method = machine?.findMethod(object.cls, 'toString');
  if (method && !method.native) return toText(machine.callFunction(method, object, []), machine);
  return `Obj: ${object.id}`;
}

const WRITERS = new Map([
  [MFloat, (value) => floatText(value.v)],
  [MDouble, (value) => floatText(value.v)],
  [MChar, (value) => value.text],
  [MSymbol, (value) => String(value.id)],
  [MArray, (value, machine) => `[${value.items.map((item) => toText(item, machine)).join(', ')}]`],
  [MDictionary, dictionaryText],
  [MObject, objectText],
]);

function dictionaryText(dictionary, machine) {
  const pairs = dictionary.entries().map(([key, value]) => `${toText(key, machine)}=>${toText(value, machine)}`);
  return `{${pairs.join(', ')}}`;
}

/** What toString() gives; with a machine, a class's own toString() is called. */
export function toText(value, machine = null) {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return String(value);
  const write = WRITERS.get(value.constructor);
  if (write) return write(value, machine);
  if (value.kind === 'module' || value.kind === 'class') return `${value.kind} ${value.fullName}`;
  return 'Method';
}

/** A stable hash: the value itself for a Number, of the text for the others. */
export function hashOf(value) {
  if (typeof value === 'number') return value;
  if (value instanceof MObject) return value.id;
  let hash = 0;
  for (const unit of Buffer.from(toText(value))) hash = (Math.imul(31, hash) + unit) | 0;
  return hash;
}
