/** Toybox.Application: AppBase, Storage and Properties. */
import { takes } from '../language/natives.mjs';
import { MArray, toText } from '../language/values.mjs';
import { copyOf, persistable, persistableKey } from '../device/serialisation.mjs';
import { StorageFull } from '../device/storage.mjs';
import { emptyMethods } from './options.mjs';

const INVALID_KEY = 'Toybox.Application.Properties.InvalidKeyException';
const NO_ACCESS = 'Toybox.Application.ObjectStoreAccessException';

function store(machine, storage, key, value) {
  try {
    storage.set(persistableKey(key, machine, 'Storage'), persistable(value, machine, 'Storage'));
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
    machine.throwException('Toybox.Lang.StorageFullException', error.message);
  }
}

function storageMembers(machine, { storage }) {
  return {
    getValue: takes(1, ([key]) => storage.get(persistableKey(key, machine, 'Storage'))),
    setValue: takes(2, ([key, value]) => store(machine, storage, key, value)),
    deleteValue: takes(1, ([key]) => storage.delete(persistableKey(key, machine, 'Storage'))),
  };
}

function propertyMembers(machine, { kind, watch: { properties } }) {
  const known = (key) => {
    if (!properties.has(key)) machine.throwException(INVALID_KEY, `there is no property ${toText(key)}`);
    return key;
  };
  return {
    getValue: takes(1, ([key]) => copyOf(properties.get(known(key)))),
    setValue: takes(2, ([key, value]) => {
      if (kind === 'background') machine.throwException(NO_ACCESS, 'a background process cannot save Properties');
      properties.set(known(key), persistable(value, machine, 'Properties'));
    }),
  };
}

export function installApplication(machine, process) {
  machine.defineClass('Toybox.Application.AppBase', {
    methods: {
      ...emptyMethods({ initialize: 0, onStart: 1, onStop: 1, getInitialView: 0, getGlanceView: 0 }),
      ...emptyMethods({ onSettingsChanged: 0, onBackgroundData: 1, onStorageChanged: 0 }),
      getServiceDelegate: takes(0, () => new MArray()),
    },
  });
  machine.defineClass(INVALID_KEY, { superclass: 'Toybox.Lang.Exception' });
  machine.defineClass(NO_ACCESS, { superclass: 'Toybox.Lang.Exception' });
  machine.defineModule('Toybox.Application.Storage', storageMembers(machine, process.watch));
  machine.defineModule('Toybox.Application.Properties', propertyMembers(machine, process));
}
