/**
 * Fonts as the watch has them, in the shape of Roboto Condensed: Garmin's own font files may not be passed on.
 *
 * A font's height is its ascent and descent, as Graphics.getFontHeight gives it; the glyphs are scaled to fill it. Widths
 * are sums of advance widths: the watch's bitmap fonts know no kerning.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';

const require = createRequire(import.meta.url);
const WEIGHTS = { Regular: '400Regular', Medium: '500Medium' };
const faces = new Map();

/**
 * Characters that can be relied on: Latin letters with their accents, common punctuation and the euro. A proxy: the fonts
 * of Eastern languages have more.
 */
const TEXT_CHARACTERS = /^[\n\u0020-\u007e\u00a0-\u017f\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u20ac]*$/u;

function faceOf(weight) {
  if (!faces.has(weight)) {
    const name = WEIGHTS[weight];
    const file = require.resolve(`@expo-google-fonts/roboto-condensed/${name}/RobotoCondensed_${name}.ttf`);
    const { buffer, byteOffset, byteLength } = fs.readFileSync(file);
    faces.set(weight, opentype.parse(buffer.slice(byteOffset, byteOffset + byteLength)));
  }
  return faces.get(weight);
}

const COORDINATES = ['x1', 'y1', 'x2', 'y2', 'x', 'y'];

/** One command of an outline as SVG path data. */
function commandText(command) {
  const values = COORDINATES.filter((name) => command[name] !== undefined).map((name) =>
    Number(command[name].toFixed(2)),
  );
  return `${command.type}${values.join(' ')}`;
}

/** One font of a device. */
class DeviceFont {
  #advances = new Map();

  constructor(face, height) {
    this.face = face;
    this.height = height;
    const units = face.ascender - face.descender;
    this.scale = height / units;
    this.ascent = face.ascender * this.scale;
    this.capHeight = face.tables.os2.sCapHeight * this.scale;
  }

  #advance(character) {
    if (!this.#advances.has(character)) {
      this.#advances.set(character, this.face.charToGlyph(character).advanceWidth * this.scale);
    }
    return this.#advances.get(character);
  }

  /** Pixels of one line, rounded up as the watch does. */
  widthOf(line) {
    return Math.ceil([...line].reduce((sum, character) => sum + this.#advance(character), 0));
  }

  /** Characters of a text that the watch would draw as boxes. */
  missingIn(text) {
    return [...new Set([...text].filter((character) => !TEXT_CHARACTERS.test(character)))];
  }

  /** SVG path data of a line whose baseline starts at x, y. */
  outline(line, x, y) {
    let left = x;
    const paths = [...line].map((character) => {
      const path = this.face.charToGlyph(character).getPath(left, y, this.scale * this.face.unitsPerEm);
      left += this.#advance(character);
      return path.commands.map(commandText).join('');
    });
    return paths.join('');
  }
}

const known = new Map();

/** The font behind a Graphics.FONT_* index, or undefined. */
export function fontOf(profile, index) {
  const height = profile.fonts[index];
  if (height === undefined) return undefined;
  const key = `${profile.typeface} ${height}`;
  if (!known.has(key)) known.set(key, new DeviceFont(faceOf(profile.typeface), height));
  return known.get(key);
}

/** Breaks a text into lines of at most `width` pixels, at spaces. */
export function wrap(font, text, width) {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (lines.at(-1) && font.widthOf(longer) > width) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  });
}

/** Shortens a line to `width` pixels with an ellipsis of three dots. */
export function shorten(font, line, width) {
  if (font.widthOf(line) <= width) return line;
  let text = line;
  while (text && font.widthOf(`${text.trimEnd()}...`) > width) text = text.slice(0, -1);
  return `${text.trimEnd()}...`;
}

/** A font for what stands around the pictures. */
export const labelFont = (height) => new DeviceFont(faceOf('Medium'), height);
