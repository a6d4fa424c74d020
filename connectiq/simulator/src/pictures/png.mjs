/** Pictures of one screen: SVG and PNG, bare or on a watch. */
import { Resvg } from '@resvg/resvg-js';
import { bezelElements, bezelMargin, overlayElements } from './bezel.mjs';
import { element, screenElements, screenSvg, svgDocument } from './svg.mjs';

/** Pictures are drawn at twice the watch's pixels, so that they look sharp in a document. */
const SCALE = 2;

/** PNG bytes of an SVG document. No system fonts are read. */
export function pngOf(svg, scale = SCALE) {
  const options = { fitTo: { mode: 'zoom', value: scale }, font: { loadSystemFonts: false } };
  return new Resvg(svg, options).render().asPng();
}

/** A screen on its watch: {width, height, inner} with elements from the top left. */
export function watchPicture(frame, prefix = '') {
  const margin = frame.isGlance ? { x: 8, y: 8 } : bezelMargin(frame);
  const width = frame.width + 2 * margin.x;
  const height = frame.height + 2 * margin.y;
  const screen = element('g', { transform: `translate(${margin.x} ${margin.y})` }, screenElements(frame, prefix));
  if (frame.isGlance) return { width, height, inner: glancePlate(width, height) + screen };
  const around = (inner) => element('g', { transform: `translate(${width / 2} ${height / 2})` }, inner);
  return { width, height, inner: around(bezelElements(frame, prefix)) + screen + around(overlayElements(frame)) };
}

const glancePlate = (width, height) => element('rect', { width, height, rx: 12, fill: '#000000', stroke: '#3a3f45' });

/**
 * A picture of a frame.
 * @param {object} frame of Canvas.frame() @param {{bezel?: boolean, format?: 'png'|'svg', scale?: number}} [how]
 * @returns {Buffer}
 */
export function pictureOf(frame, { bezel = true, format = 'png', scale = SCALE } = {}) {
  const picture = watchPicture(frame);
  const svg = bezel ? svgDocument(picture.width, picture.height, picture.inner) : screenSvg(frame);
  return format === 'svg' ? Buffer.from(svg) : pngOf(svg, scale);
}
