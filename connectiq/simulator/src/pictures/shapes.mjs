/** The visible area of a screen: round, rectangular, or the Instinct's octagon with its round window. */

/** How much of each side of the octagon its corners take; a proxy. */
const CORNER = 0.2;
/** The rim of the Instinct's window hides a little more than the window. */
const RIM = 4;

function inCircle([x, y], centreX, centreY, radius) {
  return Math.hypot(x - centreX, y - centreY) <= radius;
}

function inRectangle([x, y], { width, height }) {
  return x >= 0 && y >= 0 && x <= width && y <= height;
}

function inOctagon([x, y], frame) {
  const cut = frame.width * CORNER;
  const fromSide = Math.min(x, frame.width - x);
  const fromEnd = Math.min(y, frame.height - y);
  return inRectangle([x, y], frame) && fromSide + fromEnd >= cut;
}

const inWindow = (point, { x, y, width }, extra) => inCircle(point, x + width / 2, y + width / 2, width / 2 + extra);

/** The corners of the octagon, for drawing it. */
export function octagon({ width, height }) {
  const cut = width * CORNER;
  return [
    [cut, 0],
    [width - cut, 0],
    [width, cut],
    [width, height - cut],
    [width - cut, height],
    [cut, height],
    [0, height - cut],
    [0, cut],
  ];
}

/** Whether all points can be seen, in one connected part of the screen. */
export function isVisible(frame, points) {
  const { profile, isGlance, width, height } = frame;
  if (isGlance) return points.every((point) => inRectangle(point, frame));
  if (profile.shape === 'round') return points.every((point) => inCircle(point, width / 2, height / 2, width / 2));
  if (profile.shape !== 'semi-octagon') return points.every((point) => inRectangle(point, frame));
  const { subscreen } = profile;
  if (subscreen && points.every((point) => inWindow(point, subscreen, 0))) return true;
  return points.every((point) => inOctagon(point, frame) && !(subscreen && inWindow(point, subscreen, RIM)));
}
