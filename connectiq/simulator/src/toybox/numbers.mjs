/** Lang.Number, Long, Float, Double, Boolean, Char and Symbol. */
import { Gap } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { MFloat, toNumberValue } from '../language/values.mjs';
import { defineValueClass } from './lang.mjs';
import { formatNumber } from './numberformat.mjs';

const LIMIT = 2 ** 31;

/** A Long keeps its low 32 bits; a decimal is cut towards zero and held at the limits. */
function toNumber(value) {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value));
  return Math.trunc(Math.max(-LIMIT, Math.min(LIMIT - 1, value.v))) || 0;
}

function format(value, text, machine) {
  if (typeof text !== 'string') machine.fatal('Unexpected Type Error', 'format() takes a String');
  const formatted = formatNumber(text, value);
  if (formatted === null) throw new Gap(`format("${text}") is not modelled by the simulator`, machine.trace());
  return formatted;
}

/** A method without parameters that only looks at the value. */
const ofValue = (read) =>
  takes(0, function () {
    return read(this);
  });

const NUMERIC_METHODS = {
  toNumber: ofValue(toNumber),
  toFloat: ofValue((value) => new MFloat(toNumberValue(value))),
  format: takes(1, function ([text], machine) {
    return format(this, text, machine);
  }),
};

/** Install the types of numbers and their kin. */
export function installNumbers(machine) {
  for (const name of ['Number', 'Long', 'Float', 'Double'])
    defineValueClass(machine, name, { methods: NUMERIC_METHODS });
  for (const name of ['Boolean', 'Symbol']) defineValueClass(machine, name, { methods: {} });
  defineValueClass(machine, 'Char', { methods: { toNumber: ofValue((char) => char.code) } });
}
