/**
 * Operators on values.
 *
 * Number and Number stay a Number that wraps at 32 bits; a Long makes it a Long, a Float a Float, a Long with a Float or
 * any Double a Double. A Char plus or minus a Number is a Char. A String on either side of + joins texts.
 */
import { DeviceError } from './errors.mjs';
import { MChar, MDouble, MFloat, isNumeric, toInt32, toInt64, toNumberValue, toText, typeName } from './values.mjs';

/** null, false and zero are false, every other value is true. */
export const truthy = (value) =>
  !(value === null || value === undefined || value === false || value === 0 || value === 0n);

function wrongTypes(operator, left, right) {
  throw new DeviceError('Unexpected Type Error', `'${operator}' on ${typeName(left)} and ${typeName(right)}`);
}

function notZero(divisor) {
  if (Number(divisor) === 0) throw new DeviceError('Unhandled Exception', 'division by zero');
  return divisor;
}

const shift = (count) => count & 63;
const ARITHMETIC = {
  '+': { int: (a, b) => a + b, long: (a, b) => a + b, float: (a, b) => a + b },
  '-': { int: (a, b) => a - b, long: (a, b) => a - b, float: (a, b) => a - b },
  '*': { int: Math.imul, long: (a, b) => a * b, float: (a, b) => a * b },
  '/': { int: (a, b) => Math.trunc(a / notZero(b)), long: (a, b) => a / notZero(b), float: (a, b) => a / b },
  '%': { int: (a, b) => a % notZero(b), long: (a, b) => a % notZero(b) },
  '&': { int: (a, b) => a & b, long: (a, b) => a & b },
  '|': { int: (a, b) => a | b, long: (a, b) => a | b },
  '^': { int: (a, b) => a ^ b, long: (a, b) => a ^ b },
  '<<': { int: (a, b) => (shift(b) > 31 ? 0 : a << shift(b)), long: (a, b) => a << (b & 63n) },
  '>>': { int: (a, b) => a >> Math.min(shift(b), 31), long: (a, b) => a >> (b & 63n) },
};

function promotion(left, right) {
  const either = (test) => test(left) || test(right);
  const long = either((value) => typeof value === 'bigint');
  if (either((value) => value instanceof MDouble)) return 'double';
  if (either((value) => value instanceof MFloat)) return long ? 'double' : 'float';
  return long ? 'long' : 'int';
}

function arithmetic(operator, left, right) {
  if (!isNumeric(left) || !isNumeric(right)) wrongTypes(operator, left, right);
  const kind = promotion(left, right);
  const rules = ARITHMETIC[operator];
  if (kind === 'int') return toInt32(rules.int(left, right));
  if (kind === 'long') return toInt64(rules.long(BigInt(left), BigInt(right)));
  if (!rules.float) wrongTypes(operator, left, right);
  const result = rules.float(toNumberValue(left), toNumberValue(right));
  return kind === 'double' ? new MDouble(result) : new MFloat(result);
}

function add(left, right, machine) {
  if (typeof left === 'string' || typeof right === 'string') return toText(left, machine) + toText(right, machine);
  if (left instanceof MChar && typeof right === 'number') return new MChar(left.code + right);
  if (right instanceof MChar && typeof left === 'number') return new MChar(left + right.code);
  if (left instanceof MChar && right instanceof MChar) return left.text + right.text;
  return arithmetic('+', left, right);
}

function subtract(left, right) {
  if (left instanceof MChar && typeof right === 'number') return new MChar(left.code - right);
  if (left instanceof MChar && right instanceof MChar) return left.code - right.code;
  return arithmetic('-', left, right);
}

const asBit = (value) => (typeof value === 'boolean' ? Number(value) : value);

function bitwise(operator, left, right) {
  const result = arithmetic(operator, asBit(left), asBit(right));
  return typeof left === 'boolean' && typeof right === 'boolean' ? result !== 0 : result;
}

function plainNumber(value) {
  if (typeof value === 'boolean') return Number(value);
  return isNumeric(value) || value instanceof MChar ? toNumberValue(value) : null;
}

/** The == operator: by value for numbers, Chars and Booleans, by identity for the rest. */
export function isSame(left, right, machine) {
  if (typeof left === 'string' && typeof right === 'string') {
    machine?.quirk(
      'string-identity',
      `'==' on Strings compares identity on a watch, use equals() ("${left}", "${right}")`,
    );
    return left === right;
  }
  if (left === right) return true;
  const [a, b] = [plainNumber(left), plainNumber(right)];
  return a !== null && b !== null && a === b;
}

function compare(operator, left, right) {
  const ordered = (value) => isNumeric(value) || value instanceof MChar;
  if (!ordered(left) || !ordered(right)) wrongTypes(operator, left, right);
  const [a, b] = [toNumberValue(left), toNumberValue(right)];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

/** left operator right; a wrong type is a device error. */
export function binary(operator, left, right, machine) {
  switch (operator) {
    case '==':
      return isSame(left, right, machine);
    case '!=':
      return !isSame(left, right, machine);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case '+':
      return add(left, right, machine);
    case '-':
      return subtract(left, right);
    case '&':
    case '|':
    case '^':
      return bitwise(operator, left, right);
    default:
      return arithmetic(operator, left, right);
  }
}

/** !value: on a Number or Long it flips the bits, like ~. */
function not(value, machine) {
  if (typeof value !== 'number' && typeof value !== 'bigint') return !truthy(value);
  machine?.quirk('not-bitwise', `'!' on a ${typeName(value)} flips its bits`);
  return typeof value === 'number' ? ~value : toInt64(~value);
}

/** operator value, for ! - + ~. */
export function unary(operator, value, machine) {
  if (operator === '!') return not(value, machine);
  if (isNumeric(value)) {
    if (operator === '+') return value;
    if (operator === '-') return arithmetic('*', value, -1);
    if (operator === '~' && typeof value === 'number') return ~value;
    if (operator === '~' && typeof value === 'bigint') return toInt64(~value);
  }
  throw new DeviceError('Unexpected Type Error', `'${operator}' on ${typeName(value)}`);
}
