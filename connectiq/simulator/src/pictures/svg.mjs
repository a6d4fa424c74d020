/** Recorded drawing as SVG. Texts become outlines, so that a picture looks the same on every machine. */
import { shownColour } from './colours.mjs';
import { octagon } from './shapes.mjs';

const attributes = (values) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');

/** An SVG element. @param {string} [inner] its content */
export const element = (name, values, inner) =>
  inner === undefined ? `<${name}${attributes(values)}/>` : `<${name}${attributes(values)}>${inner}</${name}>`;

function textElements({ lines, font, colour, background }, shown) {
  const boxes =
    background >= 0 ? lines.map(({ left, top, width }) => ({ x: left, y: top, width, height: font.height })) : [];
  const ink = lines.map(({ text, left, baseline }) => font.outline(text, left, baseline)).join('');
  return [
    ...boxes.map((box) => element('rect', { ...box, fill: shown(background) })),
    element('path', { d: ink, fill: shown(colour) }),
  ].join('');
}

function operationElement(operation, { width, height }, shown) {
  const { shape, attributes: values, colour, isFilled, pen } = operation;
  if (shape === 'text') return textElements(operation, shown);
  if (shape === 'clear') return element('rect', { width, height, fill: shown(colour) });
  const paint = isFilled ? { fill: shown(colour) } : { fill: 'none', stroke: shown(colour), 'stroke-width': pen };
  return element(shape, { ...values, ...paint });
}

/** The visible area as an SVG shape. */
function maskShape({ profile, isGlance, width, height }) {
  if (isGlance || profile.shape === 'rectangle')
    return element('rect', { width, height, rx: isGlance ? 0 : width * 0.06 });
  if (profile.shape === 'round') return element('circle', { cx: width / 2, cy: height / 2, r: width / 2 });
  const { x, y, width: across } = profile.subscreen;
  const points = octagon({ width, height }).map((point) => point.join(','));
  return (
    element('polygon', { points: points.join(' ') }) +
    element('circle', { cx: x + across / 2, cy: y + across / 2, r: across / 2 })
  );
}

/**
 * The inside of a screen as SVG elements, cut to the screen's shape.
 * @param {object} frame of Canvas.frame() @param {string} prefix keeps ids apart when several screens share a document
 */
export function screenElements(frame, prefix = '') {
  const { width, height, profile } = frame;
  const shown = (colour) => shownColour(colour, profile.colours);
  const mask = element('clipPath', { id: `${prefix}screen` }, maskShape(frame));
  const drawn = frame.operations.map((operation) => operationElement(operation, frame, shown));
  const content = element('rect', { width, height, fill: '#000000' }) + drawn.join('');
  return element('defs', {}, mask) + element('g', { 'clip-path': `url(#${prefix}screen)` }, content);
}

/** A whole SVG document. */
export const svgDocument = (width, height, inner) =>
  element('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` }, inner);

/** The bare screen as SVG. */
export const screenSvg = (frame) => svgDocument(frame.width, frame.height, screenElements(frame));
