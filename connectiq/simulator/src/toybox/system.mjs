/** Toybox.System: the device, memory, clock and the way out of the app. */
import { ProcessEnd } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { MArray, MFloat, toInt32, toText } from '../language/values.mjs';
import { emptyMethods } from './options.mjs';

const SHAPES = { round: 1, rectangle: 3, 'semi-octagon': 4 };
const SETTINGS = 'Toybox.System.DeviceSettings';
const STATS = 'Toybox.System.Stats';

function deviceSettings(process) {
  const { watch, profile, machine } = process;
  return machine.nativeObject(SETTINGS, {
    uniqueIdentifier: watch.uniqueIdentifier,
    phoneConnected: watch.link.policy.phoneConnected,
    screenShape: SHAPES[profile.shape],
    monkeyVersion: new MArray([...profile.version]),
    partNumber: profile.partNumber,
    firmwareVersion: new MArray([12, 0]),
  });
}

function systemStats(process) {
  const used = process.usedBytes();
  return process.machine.nativeObject(STATS, {
    battery: new MFloat(process.watch.battery),
    totalMemory: process.limitBytes,
    usedMemory: used,
    freeMemory: process.limitBytes - used,
  });
}

function leaveTo(process, intent) {
  process.watch.effects.push({ effect: 'exitTo', content: intent.native.name, kind: intent.native.kind });
  throw new ProcessEnd('exitTo');
}

export function installSystem(machine, process) {
  for (const path of [SETTINGS, STATS, 'Toybox.System.Intent']) machine.defineClass(path, { abstract: true });
  machine.defineClass('Toybox.System.ServiceDelegate', {
    methods: emptyMethods({ initialize: 0, onTemporalEvent: 0, onActivityCompleted: 1 }),
  });
  const shapes = Object.entries(SHAPES).map(([name, value]) => [
    `SCREEN_SHAPE_${name.toUpperCase().replace('-', '_')}`,
    value,
  ]);
  machine.defineModule('Toybox.System', {
    ...Object.fromEntries(shapes),
    // for looking for mistakes, and for the simulator's own tests
    println: takes(1, ([value]) => {
      process.printed.push(toText(value, machine));
    }),
    getDeviceSettings: takes(0, () => deviceSettings(process)),
    getSystemStats: takes(0, () => systemStats(process)),
    getTimer: takes(0, () => toInt32(process.watch.clock.sinceBoot)),
    exitTo: takes(1, ([intent]) => leaveTo(process, intent)),
  });
}
