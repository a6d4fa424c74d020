/** Toybox.Graphics: constants, fonts and the Dc, which records what is drawn. */
import { takes } from '../language/natives.mjs';
import { truthy } from '../language/operators.mjs';
import { typeName } from '../language/values.mjs';
import { fontOf, shorten, wrap } from '../pictures/fonts.mjs';
import { dcMethods } from './dc.mjs';
import { numbers } from './options.mjs';

const COLOURS = {
  COLOR_WHITE: 0xffffff,
  COLOR_LT_GRAY: 0xaaaaaa,
  COLOR_DK_GRAY: 0x555555,
  COLOR_BLACK: 0x000000,
  COLOR_YELLOW: 0xffaa00,
  COLOR_GREEN: 0x00ff00,
  COLOR_BLUE: 0x00aaff,
  COLOR_TRANSPARENT: -1,
};
const FONTS = { FONT_XTINY: 0, FONT_TINY: 1, FONT_SMALL: 2, FONT_MEDIUM: 3, FONT_LARGE: 4, FONT_GLANCE: 18 };
const DRAWING = {
  TEXT_JUSTIFY_CENTER: 1,
  TEXT_JUSTIFY_LEFT: 2,
  TEXT_JUSTIFY_VCENTER: 4,
  ARC_COUNTER_CLOCKWISE: 0,
  ARC_CLOCKWISE: 1,
};

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
  machine.defineClass('Toybox.Graphics.BoundingBox', { abstract: true });
  machine.defineClass('Toybox.Graphics.Dc', { abstract: true, methods: dcMethods(machine, process) });
  machine.defineModule('Toybox.Graphics', {
    ...COLOURS,
    ...FONTS,
    ...DRAWING,
    getFontHeight: takes(1, ([index]) => fontArgument(machine, process, index).height),
    fitTextToArea: takes(5, (args) => fitted(machine, process, args)),
  });
}
