/** Lang.String. Positions count characters, not UTF-16 units. */
import { takes } from '../language/natives.mjs';
import { MArray, MChar, typeName } from '../language/values.mjs';
import { defineValueClass } from './lang.mjs';

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

/** A method with that many parameters, which gets the String, the arguments and the machine. */
const ofText = (count, read) =>
  takes(count, function (args, machine) {
    return read(this, args, machine);
  });

const METHODS = {
  length: ofText(0, (text) => charactersOf(text).length),
  find: ofText(1, (text, [part], machine) => find(text, part, machine)),
  substring: ofText(2, substring),
  toLower: ofText(0, (text) => text.toLowerCase()),
  toCharArray: ofText(0, (text) => new MArray(charactersOf(text).map((char) => new MChar(char.codePointAt(0))))),
};

/** Install Lang.String. */
export function installStrings(machine) {
  defineValueClass(machine, 'String', { methods: METHODS });
}
