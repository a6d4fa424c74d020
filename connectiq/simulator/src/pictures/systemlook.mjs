/** What the watch's own views have in common: fonts, colours and the blank screen. */

export const XTINY = 0;
export const TINY = 1;
export const SMALL = 2;

export const CENTER = 1;
export const LEFT = 2;
export const VCENTER = 4;

export const WHITE = 0xffffff;
export const BLACK = 0x000000;
const TRANSPARENT = -1;

/** Text of the system is shortened by the system: its place is not checked. */
export const SYSTEM = { system: true };

/** A black screen, on which texts have no background of their own. */
export function blank(canvas) {
  canvas.background = BLACK;
  canvas.clear();
  canvas.background = TRANSPARENT;
}
