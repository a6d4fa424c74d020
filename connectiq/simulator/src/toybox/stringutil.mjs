/** Toybox.StringUtil: base64, hex and byte conversions. */
import { takes } from '../language/natives.mjs';
import { MArray, MBytes, MChar, MSymbol, typeName } from '../language/values.mjs';

const BASE64 = 0;
const HEX = 1;
const PLAIN_TEXT = 2;
const BYTE_ARRAY = 3;
const MODULE = 'Toybox.StringUtil';

/** Text of UTF-8 bytes; an invalid sequence is an exception. */
function decoded(machine, bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return machine.throwException('Toybox.Lang.InvalidValueException', 'the bytes are not valid UTF-8');
  }
}

function requireInput(machine, input, representation) {
  const wanted = representation === BYTE_ARRAY ? 'ByteArray' : 'String';
  if (typeName(input) !== wanted)
    machine.throwException('Toybox.Lang.InvalidOptionsException', `a ${wanted} is needed, given ${typeName(input)}`);
}

function bytesOf(machine, input, representation) {
  requireInput(machine, input, representation);
  if (representation === BYTE_ARRAY) return Buffer.from(input.bytes);
  if (representation === PLAIN_TEXT) return Buffer.from(input, 'utf8');
  if (representation === BASE64) return Buffer.from(input, 'base64');
  if (!/^([0-9a-f]{2})*$/i.test(input))
    machine.throwException(`${MODULE}.InvalidHexStringException`, 'not a hex string');
  return Buffer.from(input, 'hex');
}

function represented(machine, bytes, representation) {
  if (representation === BYTE_ARRAY) return new MBytes([...bytes]);
  if (representation === PLAIN_TEXT) return decoded(machine, bytes);
  return bytes.toString(representation === HEX ? 'hex' : 'base64');
}

function convertEncodedString([input, options], machine) {
  const [from, to] = ['fromRepresentation', 'toRepresentation'].map((name) => options.get(MSymbol.of(name)));
  if (![from, to].every((value) => [BASE64, HEX, PLAIN_TEXT, BYTE_ARRAY].includes(value)))
    machine.throwException('Toybox.Lang.InvalidOptionsException', 'fromRepresentation and toRepresentation are needed');
  return represented(machine, bytesOf(machine, input, from), to);
}

function encodeBase64([text], machine) {
  if (typeof text !== 'string') machine.fatal('Unexpected Type Error', `encodeBase64() of a ${typeName(text)}`);
  return Buffer.from(text, 'utf8').toString('base64');
}

function charArrayToString([array], machine) {
  if (!(array instanceof MArray) || !array.items.every((item) => item instanceof MChar))
    machine.fatal('Unexpected Type Error', 'charArrayToString() takes an Array of Chars');
  return array.items.map((char) => char.text).join('');
}

function utf8ArrayToString([array], machine) {
  if (!(array instanceof MArray) || !array.items.every((item) => typeof item === 'number'))
    machine.fatal('Unexpected Type Error', 'utf8ArrayToString() takes an Array of Numbers');
  return decoded(machine, array.items);
}

/** Install Toybox.StringUtil. */
export function installStringUtil(machine) {
  machine.defineClass(`${MODULE}.InvalidHexStringException`, { superclass: 'Toybox.Lang.Exception' });
  machine.defineModule(MODULE, {
    REPRESENTATION_STRING_BASE64: BASE64,
    REPRESENTATION_STRING_HEX: HEX,
    REPRESENTATION_STRING_PLAIN_TEXT: PLAIN_TEXT,
    REPRESENTATION_BYTE_ARRAY: BYTE_ARRAY,
    CHAR_ENCODING_UTF8: 0,
    convertEncodedString: takes(2, convertEncodedString),
    encodeBase64: takes(1, encodeBase64),
    charArrayToString: takes(1, charArrayToString),
    utf8ArrayToString: takes(1, utf8ArrayToString),
  });
}
