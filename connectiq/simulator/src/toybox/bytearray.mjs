/** Lang.ByteArray and the constants of its number formats. */
import { byteOf } from '../language/bytes.mjs';
import { takes } from '../language/natives.mjs';
import { MArray, MBytes, MFloat, MSymbol, toNumberValue, typeName } from '../language/values.mjs';
import { sliceOf } from './containers.mjs';
import { defineValueClass } from './lang.mjs';

const EXCEPTIONS = 'Toybox.Lang.';
const ENDIANS = { ENDIAN_LITTLE: 0, ENDIAN_BIG: 1 };
const FORMATS = {
  NUMBER_FORMAT_FLOAT: 0,
  NUMBER_FORMAT_SINT16: 1,
  NUMBER_FORMAT_SINT32: 2,
  NUMBER_FORMAT_SINT8: 3,
  NUMBER_FORMAT_UINT16: 4,
  NUMBER_FORMAT_UINT32: 5,
  NUMBER_FORMAT_UINT8: 6,
};
/** By format: bytes, and the DataView access. */
const CODECS = [
  { size: 4, access: 'Float32' },
  { size: 2, access: 'Int16' },
  { size: 4, access: 'Int32' },
  { size: 1, access: 'Int8' },
  { size: 2, access: 'Uint16' },
  { size: 4, access: 'Uint32' },
  { size: 1, access: 'Uint8' },
];

function addAll(array, other, machine) {
  if (!(other instanceof MBytes) && !(other instanceof MArray))
    machine.throwException(`${EXCEPTIONS}UnexpectedTypeException`, `addAll() of a ${typeName(other)}`);
  array.bytes.push(...(other.bytes ?? other.items).map((value) => byteOf(machine, value)));
  return array;
}

function optionsOf(machine, array, format, options) {
  const codec = CODECS[format];
  const offset = options?.get(MSymbol.of('offset')) ?? 0;
  const endian = options?.get(MSymbol.of('endianness')) ?? ENDIANS.ENDIAN_LITTLE;
  if (!codec || offset < 0 || offset + codec.size > array.bytes.length || !(endian === 0 || endian === 1))
    machine.throwException(`${EXCEPTIONS}InvalidOptionsException`, `format ${format} at ${offset}`);
  return { access: codec.access, offset, isLittle: endian === ENDIANS.ENDIAN_LITTLE };
}

function decodeNumber(array, [format, options], machine) {
  const { access, offset, isLittle } = optionsOf(machine, array, format, options);
  const value = new DataView(Uint8Array.from(array.bytes).buffer)[`get${access}`](offset, isLittle);
  if (access === 'Float32') return new MFloat(value);
  return value > 0x7fffffff ? BigInt(value) : value;
}

function encodeNumber(array, [value, format, options], machine) {
  const { access, offset, isLittle } = optionsOf(machine, array, format, options);
  const bytes = Uint8Array.from(array.bytes);
  new DataView(bytes.buffer)[`set${access}`](offset, toNumberValue(value), isLittle);
  array.bytes = [...bytes];
  return array;
}

function remove(array, byte) {
  const index = array.bytes.indexOf(byte);
  if (index >= 0) array.bytes.splice(index, 1);
  return index >= 0;
}

function removeAll(array, byte) {
  const before = array.bytes.length;
  array.bytes = array.bytes.filter((each) => each !== byte);
  return array.bytes.length < before;
}

const of = (count, run) =>
  takes(count, function (args, machine) {
    return run(this, args, machine);
  });
const withByte = (run) => of(1, (array, [value], machine) => run(array, byteOf(machine, value)));

const METHODS = {
  add: withByte((array, byte) => {
    array.bytes.push(byte);
    return array;
  }),
  addAll: of(1, (array, [other], machine) => addAll(array, other, machine)),
  size: of(0, (array) => array.bytes.length),
  indexOf: withByte((array, byte) => array.bytes.indexOf(byte)),
  remove: withByte(remove),
  removeAll: withByte(removeAll),
  reverse: of(0, (array) => new MBytes(array.bytes.toReversed())),
  slice: of(2, (array, bounds, machine) => new MBytes(sliceOf(machine, array.bytes, bounds))),
  decodeNumber: of(2, decodeNumber),
  encodeNumber: of(3, encodeNumber),
};

/** Install Lang.ByteArray and the constants NUMBER_FORMAT_* and ENDIAN_*. */
export function installByteArray(machine) {
  defineValueClass(machine, 'ByteArray', { methods: METHODS });
  machine.defineModule('Toybox.Lang', { ...FORMATS, ...ENDIANS });
}
