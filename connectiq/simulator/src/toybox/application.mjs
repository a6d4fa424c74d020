/** Toybox.Application: AppBase, Storage, Properties and resources. */
import { takes } from '../language/natives.mjs';
import { MArray, typeName, toText } from '../language/values.mjs';
import { loadResource } from '../device/resources.mjs';
import { copyOf, persistable } from '../device/serialisation.mjs';
import { StorageFull } from '../device/storage.mjs';
import { emptyMethods } from './options.mjs';

const KEY_TYPES = ['String', 'Number', 'Float', 'Boolean', 'Char', 'Long', 'Double'];
const INVALID_KEY = 'Toybox.Application.Properties.InvalidKeyException';

function storageKey(machine, key) {
  if (!KEY_TYPES.includes(typeName(key))) {
    machine.throwException('Toybox.Lang.UnexpectedTypeException', `a ${typeName(key)} cannot be a key of Storage`);
  }
  return key;
}

function store(machine, storage, key, value) {
  try {
    storage.set(storageKey(machine, key), persistable(value, machine, 'Storage'));
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
    machine.throwException('Toybox.Lang.StorageFullException', error.message);
  }
}

function storageMembers(machine, { storage }) {
  return {
    getValue: takes(1, ([key]) => storage.get(storageKey(machine, key))),
    setValue: takes(2, ([key, value]) => store(machine, storage, key, value)),
    deleteValue: takes(1, ([key]) => storage.delete(storageKey(machine, key))),
    clearValues: takes(0, () => storage.clear()),
  };
}

function propertyMembers(machine, { properties }) {
  const known = (key) => {
    if (!properties.has(key)) machine.throwException(INVALID_KEY, `there is no property ${toText(key)}`);
    return key;
  };
  return {
    getValue: takes(1, ([key]) => copyOf(properties.get(known(key)))),
    setValue: takes(2, ([key, value]) => properties.set(known(key), persistable(value, machine, 'Properties'))),
  };
}

export function installApplication(machine, process) {
  machine.defineClass('Toybox.Application.AppBase', {
    methods: {
      ...emptyMethods('initialize', 'onStart', 'onStop', 'getInitialView', 'getGlanceView'),
      ...emptyMethods('onSettingsChanged', 'onBackgroundData', 'onStorageChanged'),
      getServiceDelegate: takes(0, () => new MArray()),
    },
  });
  machine.defineClass(INVALID_KEY, { superclass: 'Toybox.Lang.Exception' });
  machine.defineModule('Toybox.Application', {
    getApp: takes(0, () => process.app ?? null),
    loadResource: takes(1, ([reference]) => loadResource(machine, process, reference)),
  });
  machine.defineModule('Toybox.Application.Storage', storageMembers(machine, process.watch));
  machine.defineModule('Toybox.Application.Properties', propertyMembers(machine, process.watch));
}
