/** Questions that tests ask about a drawn screen: its texts, and whether they can be read. */
import { isVisible } from './shapes.mjs';

const DESCENDERS = /[gjpqyQ,;()[\]{}|$@_ß]/;
const DESCENT = 0.21;
const STEP = 3;
/** Antialiased edges and rounding may touch. */
const TOLERANCE = 1;

const textOperations = (frame) =>
  frame.operations.filter(({ shape, lines }) => shape === 'text' && lines.some(({ text }) => text.trim()));

/** All texts in the order in which they were drawn. */
export function textsOf(frame) {
  return textOperations(frame).map(({ text }) => text);
}

/** Where the ink of a line is, without the empty space of its font. */
function inkOf({ text, left, width, baseline }, font) {
  const em = font.scale * font.face.unitsPerEm;
  const descent = DESCENDERS.test(text) ? DESCENT * em : 0;
  return { left, right: left + width, top: baseline - font.capHeight, bottom: baseline + descent };
}

function* edgePoints({ left, right, top, bottom }) {
  const width = right - left - 2 * TOLERANCE;
  const steps = Math.max(1, Math.ceil(width / STEP));
  for (let i = 0; i <= steps; i++) {
    const x = left + TOLERANCE + (width * i) / steps;
    yield [x, top + TOLERANCE];
    yield [x, bottom - TOLERANCE];
  }
}

function isReadable(frame, { font, lines }) {
  const inked = lines.filter(({ text }) => text.trim());
  return inked.every((line) => isVisible(frame, [...edgePoints(inkOf(line, font))]));
}

/** Texts that leave the visible part of the screen. */
export function clipped(frame) {
  return textOperations(frame)
    .filter(({ system }) => !system)
    .filter((operation) => !isReadable(frame, operation))
    .map(({ text }) => text);
}

const meet = (one, other) =>
  Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 * TOLERANCE &&
  Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2 * TOLERANCE;

/** Pairs of texts that lie over each other. */
export function overlapping(frame) {
  const boxes = textOperations(frame)
    .filter(({ system }) => !system)
    .flatMap(({ text, font, lines }) =>
      lines.filter((line) => line.text.trim()).map((line) => ({ text, ink: inkOf(line, font) })),
    );
  return boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => meet(one.ink, other.ink))
      .map((other) => [one.text, other.text]),
  );
}
