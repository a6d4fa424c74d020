/** Lang.Array and Lang.Dictionary. */
import { takes } from '../language/natives.mjs';
import { MArray, equals, typeName } from '../language/values.mjs';
import { defineValueClass } from './lang.mjs';

/** The part of an Array that slice(start, end) means: null is the default, negative counts from the end. */
function sliceOf(machine, { items }, [start, end]) {
  for (const index of [start, end])
    if (index !== null && typeof index !== 'number')
      machine.fatal('Unexpected Type Error', `slice() at a ${typeName(index)}`);
  return new MArray(items.slice(start ?? 0, end ?? items.length));
}

function addAll(array, other, machine) {
  if (!(other instanceof MArray)) machine.fatal('Unexpected Type Error', `addAll() of a ${typeName(other)}`);
  array.items.push(...other.items);
  return array;
}

function remove(array, value, machine) {
  const index = array.items.findIndex((item) => equals(item, value, machine));
  if (index >= 0) array.items.splice(index, 1);
  return index >= 0;
}

/** A method with that many parameters, which gets the container, the arguments and the machine. */
const of = (count, run) =>
  takes(count, function (args, machine) {
    return run(this, args, machine);
  });

const ARRAY_METHODS = {
  add: of(1, (array, [value]) => {
    array.items.push(value);
    return array;
  }),
  addAll: of(1, (array, [other], machine) => addAll(array, other, machine)),
  size: of(0, (array) => array.items.length),
  remove: of(1, (array, [value], machine) => remove(array, value, machine)),
  slice: of(2, (array, bounds, machine) => sliceOf(machine, array, bounds)),
};

const keysOf = (dictionary) => dictionary.entries().map(([key]) => key);

const DICTIONARY_METHODS = {
  get: of(1, (dictionary, [key]) => dictionary.get(key)),
  put: of(2, (dictionary, [key, value]) => dictionary.set(key, value)),
  hasKey: of(1, (dictionary, [key]) => dictionary.has(key)),
  remove: of(1, (dictionary, [key]) => {
    dictionary.delete(key);
  }),
  size: of(0, (dictionary) => dictionary.size),
  keys: of(0, (dictionary) => new MArray(keysOf(dictionary))),
};

/** Install Lang.Array and Lang.Dictionary. */
export function installContainers(machine) {
  defineValueClass(machine, 'Array', { methods: ARRAY_METHODS });
  defineValueClass(machine, 'Dictionary', { methods: DICTIONARY_METHODS });
}
