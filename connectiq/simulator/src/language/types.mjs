/**
 * Monkey C values as JavaScript values.
 *
 * Number is a JS number that is always an int32, Long a BigInt of 64 bits, String, Boolean and null are JavaScript's own.
 * The other types have a class here. Facts: Garmin's Toybox.Lang reference.
 */
import { MFunction } from './declarations.mjs';
import { DictionaryTable } from './dictionary.mjs';

/** A 32-bit Float. */
export class MFloat {
  constructor(value) {
    this.v = Math.fround(value);
  }
}

/** A 64-bit Double. */
export class MDouble {
  constructor(value) {
    this.v = value;
  }
}

/** One character; `code` is its Unicode code point. */
export class MChar {
  constructor(code) {
    this.code = code;
  }

  get text() {
    return String.fromCodePoint(this.code);
  }
}

/** An interned symbol such as `:name`; get it with MSymbol.of(name). */
export class MSymbol {
  static #known = new Map();

  static of(name) {
    if (!MSymbol.#known.has(name)) MSymbol.#known.set(name, new MSymbol(name, 0x800000 + MSymbol.#known.size));
    return MSymbol.#known.get(name);
  }

  constructor(name, id) {
    this.name = name;
    this.id = id;
  }
}

/** An Array; `items` holds Monkey C values. */
export class MArray {
  constructor(items = []) {
    this.items = items;
  }
}

/** A Dictionary: get, has, set, delete, size and entries() over Monkey C keys. */
export class MDictionary extends DictionaryTable {
  static from(entries) {
    const dictionary = new MDictionary();
    for (const [key, value] of entries) dictionary.set(key, value);
    return dictionary;
  }
}

/** An instance of a class; `native` belongs to the Toybox class that it is made of. */
export class MObject {
  static #count = 0;

  constructor(cls) {
    this.cls = cls;
    this.fields = new Map();
    this.native = null;
    this.nativeReady = false;
    this.id = ++MObject.#count;
  }
}

/** A Method: a function together with the object, class or module that it runs on. */
export class MMethod {
  constructor(self, name, fn) {
    this.self = self;
    this.name = name;
    this.fn = fn;
  }
}

const CLASS_NAMES = new Map([
  [MFloat, 'Float'],
  [MDouble, 'Double'],
  [MChar, 'Char'],
  [MSymbol, 'Symbol'],
  [MArray, 'Array'],
  [MDictionary, 'Dictionary'],
  [MMethod, 'Method'],
  [MFunction, 'Function'],
]);
const PRIMITIVE_NAMES = { number: 'Number', bigint: 'Long', string: 'String', boolean: 'Boolean' };

/** The Lang name of a value's type; 'Object' for instances, 'Null', 'Module' and 'Class' for those. */
export function typeName(value) {
  if (value === null || value === undefined) return 'Null';
  const primitive = PRIMITIVE_NAMES[typeof value];
  if (primitive) return primitive;
  const own = CLASS_NAMES.get(value.constructor);
  if (own) return own;
  if (value.kind === 'module') return 'Module';
  return value.kind === 'class' ? 'Class' : 'Object';
}

/** Whether a value is a Number, Long, Float or Double. */
export function isNumeric(value) {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof MFloat || value instanceof MDouble;
}

/** The JavaScript number of a numeric value or Char. */
export function toNumberValue(value) {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof MChar ? value.code : value.v;
}

/** The low 32 bits as a Number. */
export const toInt32 = (value) => value | 0;

/** The low 64 bits as a Long. */
export const toInt64 = (value) => BigInt.asIntN(64, value);
