/**
 * Values that leave a process: copies for Storage, Properties and Background.exit, and JSON for the test driver.
 *
 * Which types may be stored is from Garmin's Application.Storage reference. The sizes are a proxy of the stored form:
 * one byte of type, four of length, the value itself.
 */
import {
  MArray,
  MChar,
  MDictionary,
  MDouble,
  MFloat,
  isNumeric,
  toNumberValue,
  toText,
  typeName,
} from '../language/values.mjs';

const HEADER = 5;
const DEEPEST = 32;
const INT32 = 2 ** 31;

const KEY_TYPES = ['String', 'Number', 'Float', 'Boolean', 'Char', 'Long', 'Double'];

const isLeaf = (value) =>
  value === null || ['number', 'bigint', 'string', 'boolean'].includes(typeof value) || isCopiedAsIs(value);
const isCopiedAsIs = (value) => value instanceof MFloat || value instanceof MDouble || value instanceof MChar;

/** A key of Storage, or of a Dictionary that is stored. @throws {Thrown} UnexpectedTypeException for other types */
export function persistableKey(key, machine, what) {
  if (KEY_TYPES.includes(typeName(key))) return key;
  return machine.throwException('Toybox.Lang.UnexpectedTypeException', `a ${typeName(key)} cannot be a key of ${what}`);
}

/**
 * A deep copy of what may be stored.
 * @param {string} what named in the exception
 * @throws {Thrown} UnexpectedTypeException for other types, SerializationException for deep nesting
 */
export function persistable(value, machine, what, depth = 0) {
  if (depth > DEEPEST) machine.throwException('Toybox.Lang.SerializationException', `${what} is nested too deeply`);
  if (isLeaf(value ?? null)) return value ?? null;
  const copy = (part) => persistable(part, machine, what, depth + 1);
  if (value instanceof MArray) return new MArray(value.items.map(copy));
  if (value instanceof MDictionary) {
    return MDictionary.from(value.entries().map(([key, item]) => [persistableKey(key, machine, what), copy(item)]));
  }
  return machine.throwException('Toybox.Lang.UnexpectedTypeException', `${what} cannot hold a ${typeName(value)}`);
}

/** A deep copy of a value that persistable() has let through. */
export function copyOf(value) {
  if (value instanceof MArray) return new MArray(value.items.map(copyOf));
  if (value instanceof MDictionary) {
    return MDictionary.from(value.entries().map(([key, item]) => [copyOf(key), copyOf(item)]));
  }
  return value;
}

/** Estimated bytes of a value's stored form. */
export function storedBytes(value) {
  if (value === null) return 1;
  if (typeof value === 'boolean') return 2;
  if (typeof value === 'string') return HEADER + Buffer.byteLength(value) + 1;
  if (typeof value === 'bigint' || value instanceof MDouble) return 9;
  if (value instanceof MArray) return value.items.reduce((sum, item) => sum + storedBytes(item), HEADER);
  if (value instanceof MDictionary) {
    return value.entries().reduce((sum, [key, item]) => sum + storedBytes(key) + storedBytes(item), HEADER);
  }
  return HEADER;
}

/** A value as JSON, for the driver; what has no JSON form becomes its text. */
export function toPlain(value) {
  if (value === null || value === undefined) return null;
  if (isNumeric(value)) return toNumberValue(value);
  if (value instanceof MArray) return value.items.map(toPlain);
  if (value instanceof MDictionary) {
    return Object.fromEntries(value.entries().map(([key, item]) => [toText(key), toPlain(item)]));
  }
  return typeof value === 'boolean' ? value : toText(value);
}

function numberFrom(value) {
  if (!Number.isInteger(value)) return new MFloat(value);
  return value >= -INT32 && value < INT32 ? value : BigInt(value);
}

/** A value out of JSON: integers become Number or Long, fractions Float, objects Dictionaries with String keys. */
export function fromPlain(value) {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return numberFrom(value);
  if (Array.isArray(value)) return new MArray(value.map(fromPlain));
  return MDictionary.from(Object.entries(value).map(([key, item]) => [key, fromPlain(item)]));
}
