/** Number.format(): "%[flags][width][.precision]specifier" with the flags and specifiers that Garmin documents. */
import { toNumberValue } from '../language/values.mjs';

const PATTERN = /^(.*?)%([-+ 0]*)(\d*)(?:\.(\d+))?([dieEfouxX])(.*)$/s;

const asInteger = (value) => (typeof value === 'bigint' ? value : BigInt(Math.trunc(toNumberValue(value))));
const asUnsigned = (value) => BigInt.asUintN(typeof value === 'bigint' ? 64 : 32, asInteger(value));
const magnitude = (integer) => (integer < 0n ? -integer : integer).toString();
const twoDigitExponent = (text) => text.replace(/e([+-])(\d)$/, 'e$10$2');
const exponential = (value, precision = 6) => twoDigitExponent(Math.abs(toNumberValue(value)).toExponential(precision));

/** Each specifier: the digits without a sign. */
const DIGITS = {
  d: (value, precision = 1) => magnitude(asInteger(value)).padStart(precision, '0'),
  u: (value, precision = 1) => asUnsigned(value).toString().padStart(precision, '0'),
  o: (value, precision = 1) => asUnsigned(value).toString(8).padStart(precision, '0'),
  x: (value, precision = 1) => asUnsigned(value).toString(16).padStart(precision, '0'),
  X: (value, precision) => DIGITS.x(value, precision).toUpperCase(),
  f: (value, precision = 6) => Math.abs(toNumberValue(value)).toFixed(precision),
  e: exponential,
  E: (value, precision) => exponential(value, precision).toUpperCase(),
};
DIGITS.i = DIGITS.d;

function signOf(value, specifier, flags) {
  if ('ouxX'.includes(specifier)) return '';
  const number = 'di'.includes(specifier) ? Math.trunc(toNumberValue(value)) : toNumberValue(value);
  if (number < 0) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

/** Format a numeric value; null when the format has no specifier that is documented. */
export function formatNumber(format, value) {
  const match = PATTERN.exec(format);
  if (!match) return null;
  const [, before, flags, width, precision, specifier, after] = match;
  const digits = DIGITS[specifier](value, precision === undefined ? undefined : Number(precision));
  const sign = signOf(value, specifier, flags);
  return before + pad(sign, digits, flags, Number(width)) + after;
}

function pad(sign, digits, flags, width) {
  if (flags.includes('-')) return (sign + digits).padEnd(width);
  if (flags.includes('0')) return sign + digits.padStart(width - sign.length, '0');
  return (sign + digits).padStart(width);
}
