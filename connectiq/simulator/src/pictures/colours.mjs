/** Colours as the panel can show them. */

const MONOCHROME = 2;
const LEVELS_OF_64 = 0x55;
const HALF = 0x80;

const channels = (colour) => [(colour >> 16) & 0xff, (colour >> 8) & 0xff, colour & 0xff];
const hex = (parts) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/**
 * The SVG colour that a panel shows for a colour.
 * @param {number} colour 0xRRGGBB @param {2|64|65536} count how many colours the panel has
 */
export function shownColour(colour, count) {
  const parts = channels(colour);
  if (count === MONOCHROME) {
    const [red, green, blue] = parts;
    return red * 0.299 + green * 0.587 + blue * 0.114 >= HALF ? '#ffffff' : '#000000';
  }
  if (count > 64) return hex(parts);
  return hex(parts.map((part) => Math.round(part / LEVELS_OF_64) * LEVELS_OF_64));
}
