/** Lang.String. Positions count characters, not UTF-16 units. */
import { takes } from '../language/natives.mjs';
import { MArray, MChar, MDouble, MFloat, toText, typeName } from '../language/values.mjs';
import { defineValueClass } from './lang.mjs';

const DECIMAL = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/;
const INTEGER = /^\s*([-+]?)(\d+)/;

const charactersOf = (text) => [...text];

function find(text, part, machine) {
  if (typeof part !== 'string') machine.fatal('Unexpected Type Error', `find() of a ${typeName(part)}`);
  const unit = text.indexOf(part);
  return unit < 0 ? null : charactersOf(text.slice(0, unit)).length;
}

/** A position of substring(): null is the default, a negative one counts from the end; both since API level 3.3.2. */
function position(machine, value, byDefault, length) {
  if (value !== null && typeof value !== 'number')
    machine.fatal('Unexpected Type Error', `substring() at a ${typeName(value)}`);
  if (value === null || value < 0)
    machine.quirk('api-level', 'substring() with null or below zero needs API level 3.3.2');
  if (value === null) return byDefault;
  return value < 0 ? value + length : value;
}

function substring(text, [start, end], machine) {
  const characters = charactersOf(text);
  const from = position(machine, start, 0, characters.length);
  const to = position(machine, end, characters.length, characters.length);
  if (from < 0 || from > characters.length || to < from) return null;
  return characters.slice(from, to).join('');
}

const fits = (integer, bits) => BigInt.asIntN(bits, integer) === integer;

function parsedInteger(text, bits) {
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (!digits) return null;
  const integer = BigInt(digits) * (sign === '-' ? -1n : 1n);
  return fits(integer, bits) ? integer : null;
}

/** The base and digits of a text whose base is told by its prefix. */
function prefixed(digits) {
  if (/^0x/i.test(digits)) return [16, digits.slice(2)];
  return /^0[0-7]/.test(digits) ? [8, digits.slice(1)] : [10, digits];
}

function parsedWithBase(text, base, bits, machine) {
  if (typeof base !== 'number' || base === 1 || base < 0 || base > 36)
    machine.throwException('Toybox.Lang.InvalidValueException', `base ${toText(base)}`);
  const [, sign, rest] = /^\s*([-+]?)(\w*)/.exec(text);
  const [radix, digits] = base === 0 ? prefixed(rest) : [base, rest.replace(base === 16 ? /^0x/i : /^$/, '')];
  let value = null;
  for (const digit of digits) {
    const worth = parseInt(digit, 36);
    if (!(worth < radix)) break;
    value = (value ?? 0n) * BigInt(radix) + BigInt(worth);
  }
  if (value === null) return null;
  const signed = sign === '-' ? -value : value;
  return fits(signed, bits) ? signed : null;
}

const toNumberOrNull = (integer) => (integer === null ? null : Number(integer));

function parsedDecimal(text, Type) {
  const match = DECIMAL.exec(text);
  const value = match ? new Type(Number(match[0])) : null;
  return value && Number.isFinite(value.v) ? value : null;
}

/** A method with that many parameters, which gets the String, the arguments and the machine. */
const ofText = (count, read) =>
  takes(count, function (args, machine) {
    return read(this, args, machine);
  });

const METHODS = {
  length: ofText(0, (text) => charactersOf(text).length),
  find: ofText(1, (text, [part], machine) => find(text, part, machine)),
  substring: ofText(2, substring),
  toUpper: ofText(0, (text) => text.toUpperCase()),
  toLower: ofText(0, (text) => text.toLowerCase()),
  toCharArray: ofText(0, (text) => new MArray(charactersOf(text).map((char) => new MChar(char.codePointAt(0))))),
  toUtf8Array: ofText(0, (text) => new MArray([...Buffer.from(text, 'utf8')])),
  toNumber: ofText(0, (text) => toNumberOrNull(parsedInteger(text, 32))),
  toLong: ofText(0, (text) => parsedInteger(text, 64)),
  toFloat: ofText(0, (text) => parsedDecimal(text, MFloat)),
  toDouble: ofText(0, (text) => parsedDecimal(text, MDouble)),
  toNumberWithBase: ofText(1, (text, [base], machine) => toNumberOrNull(parsedWithBase(text, base, 32, machine))),
  toLongWithBase: ofText(1, (text, [base], machine) => parsedWithBase(text, base, 64, machine)),
};

/** Install Lang.String. */
export function installStrings(machine) {
  defineValueClass(machine, 'String', { methods: METHODS });
}
