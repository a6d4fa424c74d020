/** A modest watch around a screen: case, buttons and the ends of the strap, one look for each family. */
import { element } from './svg.mjs';

const FAMILIES = {
  fenix: { bezel: 0.15, case: ['#5b6066', '#1d2023'], ring: '#8d949b', strap: '#2a2d31', screws: true },
  forerunner: { bezel: 0.11, case: ['#33373c', '#121417'], ring: '#50565d', strap: '#1f2226' },
  instinct: { bezel: 0.19, case: ['#4a4f46', '#23261f'], ring: '#6a7064', strap: '#34382f', screws: true },
  venu: { bezel: 0.08, case: ['#4e5257', '#15171a'], ring: '#a4abb2', strap: '#2b2f35' },
  venusq: { bezel: 0.08, case: ['#4e5257', '#15171a'], ring: '#a4abb2', strap: '#2b2f35' },
};
const FIVE_BUTTONS = [150, 180, 210, 30, -30];
const TWO_BUTTONS = [24, -24];
const STRAP_SHARE = 0.2;

const round1 = (value) => Number(value.toFixed(1));

function gradient(id, [light, dark]) {
  const stops =
    element('stop', { offset: 0, 'stop-color': light }) + element('stop', { offset: 1, 'stop-color': dark });
  return element('linearGradient', { id, x1: 0, y1: 0, x2: 1, y2: 1 }, stops);
}

/** Buttons stick out of the case at these angles, counted from three o'clock against the clock. */
function buttons({ keys }, radius, size, look) {
  return (keys.includes('up') ? FIVE_BUTTONS : TWO_BUTTONS)
    .map((degrees) => {
      const shape = element('rect', {
        x: round1(radius - size * 0.2),
        y: round1(-size * 0.75),
        width: round1(size * 0.75),
        height: round1(size * 1.5),
        rx: round1(size * 0.25),
        fill: look.ring,
      });
      return element('g', { transform: `rotate(${-degrees})` }, shape);
    })
    .join('');
}

/** The Instinct's window leaves no room for the screw at the top right. */
function screws(radius, size, { subscreen }) {
  return (subscreen ? [45, 135, 225] : [45, 135, 225, 315])
    .map((degrees) => {
      const angle = (degrees * Math.PI) / 180;
      const [cx, cy] = [Math.cos(angle) * radius, Math.sin(angle) * radius].map(round1);
      return element('circle', { cx, cy, r: round1(size), fill: '#15171a', stroke: '#7d848b', 'stroke-width': 1 });
    })
    .join('');
}

function strap(width, top, length, look) {
  const [x, across] = [round1(-width / 2), round1(width)];
  const end = (y) =>
    element('rect', {
      x,
      y: round1(y),
      width: across,
      height: round1(length * 1.6),
      rx: length * 0.2,
      fill: look.strap,
    });
  return end(-top - length) + end(top - length * 0.6);
}

/** How far the screen reaches from its middle; the corners of the octagon lie further out than its sides. */
const screenReach = ({ width, profile }) => (width / 2) * (profile.shape === 'semi-octagon' ? 1.2 : 1);

function roundCase(frame, look, id) {
  const { width, profile } = frame;
  const screen = screenReach(frame);
  const outer = screen * (1 + look.bezel);
  const gap = outer - screen;
  return [
    strap(width * 0.72, outer, width * STRAP_SHARE, look),
    buttons(profile, outer, width * 0.06, look),
    element('circle', {
      r: round1(outer),
      fill: `url(#${id})`,
      stroke: look.ring,
      'stroke-width': round1(width * 0.008),
    }),
    look.screws ? screws(screen + gap * 0.62, width * 0.016, profile) : '',
    element('circle', { r: round1(screen + gap * 0.24), fill: '#08090a' }),
  ].join('');
}

function rectangularCase(frame, look, id) {
  const { width, height, profile } = frame;
  const gap = width * look.bezel;
  const box = (grow, values) =>
    element('rect', {
      x: round1(-width / 2 - grow),
      y: round1(-height / 2 - grow),
      width: round1(width + 2 * grow),
      height: round1(height + 2 * grow),
      rx: round1(width * 0.12 + grow * 0.5),
      ...values,
    });
  return [
    strap(width * 0.8, height / 2 + gap, width * STRAP_SHARE, look),
    buttons(profile, (width / 2 + gap) * 1.06, width * 0.06, look),
    box(gap, { fill: `url(#${id})`, stroke: look.ring, 'stroke-width': round1(width * 0.008) }),
    box(gap * 0.35, { fill: '#08090a' }),
  ].join('');
}

/** The rim of the Instinct's round window. */
function windowRim({ profile, width, height }) {
  const { x, y, width: across } = profile.subscreen;
  return element('circle', {
    cx: round1(x + across / 2 - width / 2),
    cy: round1(y + across / 2 - height / 2),
    r: round1(across / 2 + 2),
    fill: 'none',
    stroke: '#3b4036',
    'stroke-width': 5,
  });
}

/** How far the watch reaches beyond its screen on each side. */
export function bezelMargin({ width, profile }) {
  const look = FAMILIES[profile.family];
  const isRectangle = profile.shape === 'rectangle';
  const body = isRectangle ? width * look.bezel : screenReach({ width, profile }) * (1 + look.bezel) - width / 2;
  return { x: Math.ceil(body + width * 0.06), y: Math.ceil(body + width * STRAP_SHARE) };
}

/** The watch behind a screen, drawn around the origin. @param {string} prefix keeps ids apart */
export function bezelElements(frame, prefix = '') {
  const look = FAMILIES[frame.profile.family];
  const id = `${prefix}case`;
  const body = frame.profile.shape === 'rectangle' ? rectangularCase : roundCase;
  return element('defs', {}, gradient(id, look.case)) + body(frame, look, id);
}

/** What lies over the screen. */
export const overlayElements = (frame) => (frame.profile.subscreen ? windowRim(frame) : '');
