/** Lang.Number, Long, Float, Double, Boolean, Char and Symbol. */
import { Gap } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { MChar, MDouble, MFloat, toInt32, toInt64, toNumberValue } from '../language/values.mjs';
import { defineValueClass } from './lang.mjs';
import { formatNumber } from './numberformat.mjs';

/** A decimal as an integer of that many bits: cut towards zero, held at the limits. */
function truncated(value, bits) {
  if (Number.isNaN(value)) return 0n;
  const limit = 2n ** BigInt(bits - 1);
  if (value >= Number(limit)) return limit - 1n;
  return value <= -Number(limit) ? -limit : BigInt(Math.trunc(value));
}

function toNumber(value) {
  if (typeof value === 'number') return value;
  return Number(typeof value === 'bigint' ? BigInt.asIntN(32, value) : truncated(value.v, 32));
}

function toLong(value) {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(value) : truncated(value.v, 64);
}

function absolute(value) {
  if (typeof value === 'number') return toInt32(Math.abs(value));
  if (typeof value === 'bigint') return toInt64(value < 0n ? -value : value);
  return new value.constructor(Math.abs(value.v));
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
  abs: ofValue(absolute),
  toNumber: ofValue(toNumber),
  toLong: ofValue(toLong),
  toFloat: ofValue((value) => new MFloat(toNumberValue(value))),
  toDouble: ofValue((value) => new MDouble(toNumberValue(value))),
  format: takes(1, function ([text], machine) {
    return format(this, text, machine);
  }),
};

const ofText = (change) => ofValue((char) => new MChar(change(char.text).codePointAt(0)));

/** Install the types of numbers and their kin. */
export function installNumbers(machine) {
  const toChar = ofValue((value) => new MChar(value));
  defineValueClass(machine, 'Number', { methods: { ...NUMERIC_METHODS, toChar } });
  for (const name of ['Long', 'Float', 'Double']) defineValueClass(machine, name, { methods: NUMERIC_METHODS });
  for (const name of ['Boolean', 'Symbol']) defineValueClass(machine, name, { methods: {} });
  defineValueClass(machine, 'Char', {
    methods: {
      toNumber: ofValue((char) => char.code),
      toLower: ofText((text) => text.toLowerCase()),
      toUpper: ofText((text) => text.toUpperCase()),
    },
  });
}
