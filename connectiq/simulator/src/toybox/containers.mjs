/** Lang.Array and Lang.Dictionary. */
import { takes } from '../language/natives.mjs';
import { MArray, equals, typeName } from '../language/values.mjs';
import { defineValueClass } from './lang.mjs';

/** The part of a list that slice(start, end) means: null is the default, negative counts from the end. */
export function sliceOf(machine, list, [start, end]) {
  for (const index of [start, end])
    if (index !== null && typeof index !== 'number')
      machine.fatal('Unexpected Type Error', `slice() at a ${typeName(index)}`);
  return list.slice(start ?? 0, end ?? list.length);
}

function addAll(array, other, machine) {
  if (!(other instanceof MArray)) machine.fatal('Unexpected Type Error', `addAll() of a ${typeName(other)}`);
  array.items.push(...other.items);
  return array;
}

const positionOf = (array, value, machine) => array.items.findIndex((item) => equals(item, value, machine));

function remove(array, value, machine) {
  const index = positionOf(array, value, machine);
  if (index >= 0) array.items.splice(index, 1);
  return index >= 0;
}

function removeAll(array, value, machine) {
  const before = array.items.length;
  array.items = array.items.filter((item) => !equals(item, value, machine));
  return array.items.length < before;
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
  indexOf: of(1, (array, [value], machine) => positionOf(array, value, machine)),
  remove: of(1, (array, [value], machine) => remove(array, value, machine)),
  removeAll: of(1, (array, [value], machine) => removeAll(array, value, machine)),
  reverse: of(0, (array) => new MArray(array.items.toReversed())),
  slice: of(2, (array, bounds, machine) => new MArray(sliceOf(machine, array.items, bounds))),
};

const keysOf = (dictionary) => dictionary.entries().map(([key]) => key);
const valuesOf = (dictionary) => dictionary.entries().map(([, value]) => value);

const DICTIONARY_METHODS = {
  get: of(1, (dictionary, [key]) => dictionary.get(key)),
  put: of(2, (dictionary, [key, value]) => dictionary.set(key, value)),
  hasKey: of(1, (dictionary, [key]) => dictionary.has(key)),
  remove: of(1, (dictionary, [key]) => {
    dictionary.delete(key);
  }),
  isEmpty: of(0, (dictionary) => dictionary.size === 0),
  size: of(0, (dictionary) => dictionary.size),
  keys: of(0, (dictionary) => new MArray(keysOf(dictionary))),
  values: of(0, (dictionary) => new MArray(valuesOf(dictionary))),
};

/** Install Lang.Array and Lang.Dictionary. */
export function installContainers(machine) {
  defineValueClass(machine, 'Array', { methods: ARRAY_METHODS });
  defineValueClass(machine, 'Dictionary', { methods: DICTIONARY_METHODS });
}
