/** A sheet: several screens with labels in one picture. */
import { labelFont } from './fonts.mjs';
import { pngOf, watchPicture } from './png.mjs';
import { element, svgDocument } from './svg.mjs';

const GAP = 18;
const LABEL_HEIGHT = 22;
const LABEL_ROOM = 34;
const PAPER = '#f4f5f6';
const INK = '#24292f';

function label(text, middle, baseline) {
  const font = labelFont(LABEL_HEIGHT);
  return element('path', { d: font.outline(text, middle - font.widthOf(text) / 2, baseline), fill: INK });
}

function cell({ frame, text }, index, size, columns) {
  const picture = watchPicture(frame, `s${index}`);
  const x = GAP + (index % columns) * (size.width + GAP);
  const y = GAP + Math.floor(index / columns) * (size.height + LABEL_ROOM + GAP);
  const scale = Math.min(size.width / picture.width, size.height / picture.height);
  const left = x + (size.width - picture.width * scale) / 2;
  const top = y + (size.height - picture.height * scale) / 2;
  const screen = element('g', { transform: `translate(${left} ${top}) scale(${scale})` }, picture.inner);
  return screen + label(text, x + size.width / 2, y + size.height + LABEL_HEIGHT);
}

/**
 * Screens side by side.
 * @param {{frame: object, text: string}[]} shots @param {{columns?: number, scale?: number, cell?: number}} [how] `cell` is
 *   the width of one screen's place
 * @returns {Buffer} PNG
 */
export function sheetOf(shots, { columns = 3, scale = 2, cell: across = 280 } = {}) {
  const tallest = Math.max(...shots.map(({ frame }) => proportion(frame)));
  const size = { width: across, height: Math.ceil(across * tallest) };
  const used = Math.min(columns, shots.length);
  const rows = Math.ceil(shots.length / used);
  const width = GAP + used * (size.width + GAP);
  const height = GAP + rows * (size.height + LABEL_ROOM + GAP);
  const paper = element('rect', { width, height, fill: PAPER });
  return pngOf(svgDocument(width, height, paper + shots.map((shot, i) => cell(shot, i, size, used)).join('')), scale);
}

function proportion(frame) {
  const { width, height } = watchPicture(frame);
  return height / width;
}
