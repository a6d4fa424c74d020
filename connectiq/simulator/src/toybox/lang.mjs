/**
 * Toybox.Lang: Object, the value types, the exceptions and format(). The first library that a machine gets.
 *
 * Facts: Garmin's API pages of Toybox.Lang. Object is whole, the other types as far as the widget uses them.
 */
import { takes } from '../language/natives.mjs';
import { MMethod, MSymbol, MObject, equals, hashOf, toText, typeName } from '../language/values.mjs';
import { installContainers } from './containers.mjs';
import { installExceptions } from './exceptions.mjs';
import { installNumbers } from './numbers.mjs';
import { installStrings } from './strings.mjs';

const IMMUTABLE = new Set('Number Long Float Double Boolean String Char'.split(' '));

/**
 * Define the class of a value type of Lang.
 * @param {object} definition as for defineClass; without `construct` there is no `new`
 */
export function defineValueClass(machine, name, definition) {
  const matches = (value) => typeName(value) === name;
  const cls = machine.defineClass(`Toybox.Lang.${name}`, {
    ...{ matches, abstract: !definition.construct },
    ...definition,
  });
  machine.valueClasses.set(name, cls);
}

function requireSymbol(machine, symbol) {
  if (!(symbol instanceof MSymbol))
    machine.fatal('Unexpected Type Error', `a Symbol is needed, given ${typeName(symbol)}`);
  return symbol.name;
}

function methodOf(machine, owner, symbol) {
  const name = requireSymbol(machine, symbol);
  const found = machine.classOf(owner) ? machine.findMethod(machine.classOf(owner), name) : ownFunction(owner, name);
  if (found?.kind !== 'function') machine.fatal('Symbol Not Found Error', `method(:${name})`);
  return new MMethod(owner, name, found);
}

const ownFunction = (owner, name) => (owner?.members ?? owner?.statics)?.get(name);

function weakReference(value, machine) {
  if (IMMUTABLE.has(typeName(value))) return value;
  return machine.nativeObject('Toybox.Lang.WeakReference', {}, { target: value });
}

const OBJECT_METHODS = {
  initialize: takes(0, () => null),
  equals: takes(1, function ([other], machine) {
    return this instanceof MObject ? this === other : equals(this, other, machine);
  }),
  hashCode: takes(0, function () {
    return hashOf(this);
  }),
  toString: takes(0, function (args, machine) {
    return toText(this, this instanceof MObject ? null : machine);
  }),
  method: takes(1, function ([symbol], machine) {
    return methodOf(machine, this, symbol);
  }),
  weak: takes(0, function (args, machine) {
    return weakReference(this, machine);
  }),
};

function installMethods(machine) {
  machine.defineClass('Toybox.Lang.WeakReference', {
    methods: {
      get: takes(0, function () {
        return this.native.target;
      }),
      stillAlive: takes(0, () => true),
    },
    complete: true,
  });
  defineValueClass(machine, 'Method', {
    methods: {
      invoke(args) {
        return machine.invoke(this, args);
      },
    },
    construct: ([owner, symbol]) => methodOf(machine, owner, symbol),
  });
}

function format([text, parameters], machine) {
  if (typeof text !== 'string') machine.fatal('Unexpected Type Error', `format of a ${typeName(text)}`);
  if (typeName(parameters) !== 'Array') machine.fatal('Unexpected Type Error', 'format takes an Array of parameters');
  return text.replace(/\$(\d+)\$/g, (place, number) => {
    if (number < 1 || number > parameters.items.length)
      machine.fatal('Array Out Of Bounds Error', `${place} with ${parameters.items.length} parameters`);
    return toText(parameters.items[number - 1], machine);
  });
}

/** Install Toybox.Lang. */
export function installLang(machine) {
  machine.objectClass = machine.defineClass('Toybox.Lang.Object', {
    methods: OBJECT_METHODS,
    matches: (value) => value !== null && !['module', 'class'].includes(value.kind),
    complete: true,
  });
  machine.objectClass.superclass = null;
  installMethods(machine);
  installExceptions(machine);
  installNumbers(machine);
  installStrings(machine);
  installContainers(machine);
  machine.defineModule('Toybox.Lang', { format: takes(2, format) });
}
