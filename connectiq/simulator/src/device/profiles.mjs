/**
 * The watches that the simulator can be.
 *
 * From public lists of Garmin's device files (flocsy/garmin-dev-tools, csv/): memory limits of widget, watch app, glance
 * and background; where a device no longer knows widgets they run with the watch app's limit. From Garmin's API reference
 * ("Supported Devices" of each function): sensor histories, floors and kinds of persisted content.
 * Proxies, because Garmin's font and device files cannot be had here: font heights (one scale for all, chosen so that
 * XTINY is 37 pixels on a screen of 454, as forum posts report for the Forerunner 965), glance sizes, the place of the
 * Instinct's subscreen, free space for content.
 */

import { refuseStrangers } from './strangers.mjs';

const KB = 1024;

/** Font heights as a share of the screen's height, by Graphics.FONT_*: XTINY to LARGE, and GLANCE. */
const FONT_SHARES = { 0: 0.0815, 1: 0.097, 2: 0.108, 3: 0.123, 4: 0.14, 18: 0.095 };

const FIVE_BUTTONS = ['select', 'back', 'menu', 'up', 'down'];
const TWO_BUTTONS = ['select', 'back', 'menu'];
const BAROMETER = ['Elevation', 'Temperature'];
const WELLNESS = ['HeartRate', 'Stress', 'BodyBattery', 'OxygenSaturation'];
const WITHOUT_NAVIGATION = ['Workouts'];
const WITH_COURSES = ['Courses', ...WITHOUT_NAVIGATION];

const round = (size) => ({ shape: 'round', width: size, height: size });
const limits = (app, glance, background) => ({ app: app * KB, glance: glance * KB, background: background * KB });

const COMMON = { countsFloors: true, touch: false, fontScale: 1, subscreen: null, typeface: 'Medium' };

export const PROFILES = {
  fenix7: {
    ...COMMON,
    ...round(260),
    name: 'fēnix 7',
    family: 'fenix',
    partNumber: '006-B3906-00',
    colours: 64,
    touch: true,
    keys: FIVE_BUTTONS,
    version: [5, 0, 0],
    memory: limits(768, 64, 64),
    glance: { width: 191, height: 63 },
    histories: [...WELLNESS, ...BAROMETER],
    content: WITH_COURSES,
  },
  fr245: {
    ...COMMON,
    countsFloors: false,
    ...round(240),
    name: 'Forerunner 245',
    family: 'forerunner',
    partNumber: '006-B3076-00',
    colours: 64,
    keys: FIVE_BUTTONS,
    version: [3, 3, 1],
    memory: limits(64, 32, 32),
    glance: { width: 151, height: 63 },
    histories: ['HeartRate', 'Stress', 'OxygenSaturation'],
    content: WITH_COURSES,
  },
  instinct2: {
    ...COMMON,
    shape: 'semi-octagon',
    width: 176,
    height: 176,
    name: 'Instinct 2',
    family: 'instinct',
    partNumber: '006-B3888-00',
    colours: 2,
    fontScale: 1.18,
    keys: FIVE_BUTTONS,
    version: [3, 4, 0],
    memory: limits(64, 32, 32),
    glance: { width: 128, height: 52 },
    subscreen: { x: 113, y: 0, width: 62, height: 62 },
    histories: [...WELLNESS, ...BAROMETER],
    content: WITH_COURSES,
  },
  venusq2: {
    ...COMMON,
    countsFloors: false,
    shape: 'rectangle',
    width: 320,
    height: 360,
    name: 'Venu Sq 2',
    family: 'venusq',
    partNumber: '006-B4115-00',
    colours: 65536,
    touch: true,
    keys: TWO_BUTTONS,
    version: [4, 1, 5],
    memory: limits(768, 64, 64),
    glance: { width: 250, height: 90 },
    histories: WELLNESS,
    content: WITHOUT_NAVIGATION,
    typeface: 'Regular',
  },
  venu2: {
    ...COMMON,
    ...round(416),
    name: 'Venu 2',
    family: 'venu',
    partNumber: '006-B3703-00',
    colours: 65536,
    touch: true,
    keys: TWO_BUTTONS,
    version: [5, 0, 0],
    memory: limits(768, 64, 64),
    glance: { width: 284, height: 120 },
    histories: [...WELLNESS, ...BAROMETER],
    content: WITHOUT_NAVIGATION,
    typeface: 'Regular',
  },
  vivoactive4: {
    ...COMMON,
    ...round(260),
    name: 'vívoactive 4',
    family: 'venu',
    partNumber: '006-B3225-00',
    colours: 64,
    touch: true,
    keys: TWO_BUTTONS,
    version: [3, 3, 1],
    memory: limits(512, 0, 64),
    glance: null,
    histories: [...WELLNESS, ...BAROMETER],
    content: WITHOUT_NAVIGATION,
  },
};

/** Pixels of every font by its Graphics index. */
function fontHeights({ height, fontScale }) {
  const pixels = (share) => Math.round(height * share * fontScale);
  return Object.fromEntries(Object.entries(FONT_SHARES).map(([index, share]) => [index, pixels(share)]));
}

/**
 * The profile of a device, with `fonts` (pixels by font index) worked out.
 * @param {string} id as in the manifest @param {object} [changes] merged over the profile
 */
export function profileOf(id, changes = {}) {
  const base = PROFILES[id];
  if (!base) throw new RangeError(`no profile of '${id}'; there are ${Object.keys(PROFILES).join(', ')}`);
  refuseStrangers('part of a profile', changes, [...Object.keys(base), 'fonts']);
  const profile = { id, ...base, ...changes };
  return { ...profile, fonts: { ...fontHeights(profile), ...changes.fonts } };
}
