/** Toybox.System: the device, memory, clock and the ways out of the app. */
import { ProcessEnd } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { MArray, MFloat, toInt32, toText } from '../language/values.mjs';
import { emptyMethods } from './options.mjs';

const SHAPES = { round: 1, 'semi-round': 2, rectangle: 3, 'semi-octagon': 4 };
/** The numbers are the simulator's own: apps compare them with the constants. */
const LANGUAGES = { deu: 8_388_670, eng: 8_388_674 };

const SETTINGS = 'Toybox.System.DeviceSettings';
const STATS = 'Toybox.System.Stats';
const CLOCK_TIME = 'Toybox.System.ClockTime';

function deviceSettings(process) {
  const { watch, profile, machine } = process;
  const { phoneConnected } = watch.link.policy;
  return machine.nativeObject(SETTINGS, {
    uniqueIdentifier: watch.uniqueIdentifier,
    phoneConnected,
    connectionAvailable: phoneConnected,
    screenWidth: profile.width,
    screenHeight: profile.height,
    screenShape: SHAPES[profile.shape],
    isTouchScreen: profile.touch,
    monkeyVersion: new MArray([...profile.version]),
    partNumber: profile.partNumber,
    firmwareVersion: new MArray([12, 0]),
    is24Hour: watch.is24Hour,
    systemLanguage: LANGUAGES[watch.language] ?? LANGUAGES.eng,
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

function clockTime({ watch, machine }) {
  const local = new Date(watch.clock.ms + watch.clock.zoneOffset * 1000);
  return machine.nativeObject(CLOCK_TIME, {
    hour: local.getUTCHours(),
    min: local.getUTCMinutes(),
    sec: local.getUTCSeconds(),
    timeZoneOffset: watch.clock.zoneOffset,
    dst: 0,
  });
}

function leaveTo(process, intent) {
  process.watch.effects.push({ effect: 'exitTo', content: intent.native.name, kind: intent.native.kind });
  throw new ProcessEnd('exitTo');
}

export function installSystem(machine, process) {
  for (const path of [SETTINGS, STATS, CLOCK_TIME, 'Toybox.System.Intent'])
    machine.defineClass(path, { abstract: true });
  machine.defineClass('Toybox.System.ServiceDelegate', {
    methods: emptyMethods('initialize', 'onTemporalEvent', 'onActivityCompleted'),
  });
  const print = takes(1, ([value]) => {
    process.printed.push(toText(value, machine));
  });
  const shapes = Object.entries(SHAPES).map(([name, value]) => [
    `SCREEN_SHAPE_${name.toUpperCase().replace('-', '_')}`,
    value,
  ]);
  const languages = Object.entries(LANGUAGES).map(([name, value]) => [`LANGUAGE_${name.toUpperCase()}`, value]);
  machine.defineModule('Toybox.System', {
    ...Object.fromEntries([...shapes, ...languages]),
    print,
    println: print,
    getDeviceSettings: takes(0, () => deviceSettings(process)),
    getSystemStats: takes(0, () => systemStats(process)),
    getClockTime: takes(0, () => clockTime(process)),
    getTimer: takes(0, () => toInt32(process.watch.clock.sinceBoot)),
    exit: takes(0, () => {
      throw new ProcessEnd('exit');
    }),
    exitTo: takes(1, ([intent]) => leaveTo(process, intent)),
  });
}
