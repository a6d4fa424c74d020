/** What can be an element of a ByteArray: a Number of -128 to 255 or a Char up to 127 (Garmin's ByteArray page). */
import { MChar, toNumberValue, typeName } from './values.mjs';

/** The byte (0 to 255) that a value stands for; for any other value an exception is thrown. */
export function byteOf(machine, value) {
  const isChar = value instanceof MChar;
  if (typeof value !== 'number' && !isChar)
    machine.throwException('Toybox.Lang.UnexpectedTypeException', `a byte cannot be a ${typeName(value)}`);
  const number = toNumberValue(value);
  if (number < -128 || number > (isChar ? 127 : 255))
    machine.throwException('Toybox.Lang.ValueOutOfBoundsException', `${number} is no byte`);
  return number & 255;
}
