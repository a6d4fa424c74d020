/** Toybox.Graphics: constants, fonts and the Dc, which records what is drawn. */
import { takes } from '../language/natives.mjs';
import { truthy } from '../language/operators.mjs';
import { MArray, typeName } from '../language/values.mjs';
import { fontOf, shorten, wrap } from '../pictures/fonts.mjs';
import { dcMethods } from './dc.mjs';
import { numbers } from './options.mjs';

const COLOURS = {
  COLOR_WHITE: 0xffffff,
  COLOR_LT_GRAY: 0xaaaaaa,
  COLOR_DK_GRAY: 0x555555,
  COLOR_BLACK: 0x000000,
  COLOR_RED: 0xff0000,
  COLOR_DK_RED: 0xaa0000,
  COLOR_ORANGE: 0xff5500,
  COLOR_YELLOW: 0xffaa00,
  COLOR_GREEN: 0x00ff00,
  COLOR_DK_GREEN: 0x00aa00,
  COLOR_BLUE: 0x00aaff,
  COLOR_DK_BLUE: 0x0000ff,
  COLOR_PURPLE: 0xaa00ff,
  COLOR_PINK: 0xff00ff,
  COLOR_TRANSPARENT: -1,
};
const TEXT_FONTS = ['XTINY', 'TINY', 'SMALL', 'MEDIUM', 'LARGE'];
const NUMBER_FONTS = ['NUMBER_MILD', 'NUMBER_MEDIUM', 'NUMBER_HOT', 'NUMBER_THAI_HOT'];
const FONTS = [...TEXT_FONTS, ...NUMBER_FONTS];
const DRAWING = {
  TEXT_JUSTIFY_RIGHT: 0,
  TEXT_JUSTIFY_CENTER: 1,
  TEXT_JUSTIFY_LEFT: 2,
  TEXT_JUSTIFY_VCENTER: 4,
  ARC_COUNTER_CLOCKWISE: 0,
  ARC_CLOCKWISE: 1,
  FONT_GLANCE: 18,
  FONT_GLANCE_NUMBER: 19,
};

function fontConstants() {
  const names = [...FONTS, ...FONTS.map((name) => `SYSTEM_${name}`)];
  return Object.fromEntries(names.map((name, index) => [`FONT_${name}`, index]));
}

/** The device's font for an argument. @throws {DeviceError} when it is none */
export function fontArgument(machine, { profile }, index) {
  const font = fontOf(profile, index);
  if (!font) machine.fatal('Unexpected Type Error', `expected a font, given ${typeName(index)}`);
  return font;
}

/** The text as lines that fit, or null when they do not and may not be cut off. */
function fitted(machine, process, [text, index, width, height, truncate]) {
  const font = fontArgument(machine, process, index);
  const [across, down] = numbers(machine, [width, height]);
  const lines = wrap(font, text, across);
  const room = Math.max(1, Math.floor(down / font.height));
  const fits = lines.length <= room && lines.every((line) => font.widthOf(line) <= across);
  if (fits) return lines.join('\n');
  if (!truthy(truncate)) return null;
  const kept = lines.slice(0, room);
  if (lines.length > room) kept[room - 1] = `${kept[room - 1]} ${lines[room]}`;
  return kept.map((line) => shorten(font, line, across)).join('\n');
}

export function installGraphics(machine, process) {
  machine.defineClass('Toybox.Graphics.FontDefinition', {
    abstract: true,
    matches: (value) => typeof value === 'number',
  });
  machine.defineClass('Toybox.Graphics.BoundingBox', { abstract: true });
  machine.defineClass('Toybox.Graphics.Dc', { abstract: true, methods: dcMethods(machine, process) });
  machine.defineModule('Toybox.Graphics', {
    ...COLOURS,
    ...fontConstants(),
    ...DRAWING,
    getFontHeight: takes(1, ([index]) => fontArgument(machine, process, index).height),
    fitTextToArea: takes(5, (args) => fitted(machine, process, args)),
  });
}

/** Width and height of a text, as an Array. */
export function textDimensions(font, text) {
  const lines = text.split('\n');
  return new MArray([Math.max(...lines.map((line) => font.widthOf(line))), font.height * lines.length]);
}
