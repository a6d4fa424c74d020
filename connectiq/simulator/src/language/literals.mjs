/** Literals: the suffix and the shape of the source text give the type, as the Monkey C reference says. */
import { MChar, MDouble, MFloat, toInt32, toInt64 } from './values.mjs';

function numberLiteral(value, raw) {
  if (/^0x/i.test(raw)) return toInt32(value);
  if (/d$/i.test(raw)) return new MDouble(value);
  if (/[.fe]/i.test(raw)) return new MFloat(value);
  return toInt32(value);
}

/** The value of a Literal node. */
export function literalValue({ value, raw = '' }) {
  if (Number.isNaN(value)) return new MFloat(NaN);
  if (typeof value === 'bigint') return toInt64(value);
  if (typeof value === 'string') return raw.startsWith("'") ? new MChar(value.codePointAt(0)) : value;
  if (typeof value === 'number') return /^[^x]*l$/i.test(raw) ? toInt64(BigInt(value)) : numberLiteral(value, raw);
  return value;
}
