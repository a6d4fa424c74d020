/** Confirmation as the watch draws it, roughly: marks beside the buttons that answer, or round touch buttons. */
import { fontOf, wrap } from './fonts.mjs';
import { CENTER, SMALL, SYSTEM, VCENTER, WHITE, XTINY, blank } from './systemlook.mjs';

const YES = 0x00aa00;
const NO = 0xaa0000;

function drawMark(canvas, x, y, size, isYes) {
  const mark = isYes
    ? `M${x - size} ${y}L${x - size * 0.3} ${y + size * 0.7}L${x + size} ${y - size * 0.7}`
    : `M${x - size * 0.7} ${y - size * 0.7}L${x + size * 0.7} ${y + size * 0.7}M${x + size * 0.7} ${y - size * 0.7}L${x - size * 0.7} ${y + size * 0.7}`;
  canvas.pen = Math.max(2, size * 0.34);
  canvas.colour = WHITE;
  canvas.shape('path', { d: mark }, false);
}

/** Marks beside the buttons that answer, or round touch buttons. */
function drawAnswers(canvas) {
  const { width, height, profile } = canvas;
  const size = width * 0.045;
  const isByButton = profile.keys.includes('up');
  const spots = isByButton
    ? [
        [width * 0.88, height * (profile.subscreen ? 0.46 : 0.31), true],
        [width * 0.88, height * 0.69, false],
      ]
    : [
        [width * 0.32, height * 0.8, false],
        [width * 0.68, height * 0.8, true],
      ];
  for (const [x, y, isYes] of spots) {
    if (!isByButton) {
      canvas.colour = isYes ? YES : NO;
      canvas.shape('circle', { cx: x, cy: y, r: size * 2.1 }, true);
    }
    drawMark(canvas, x, y, size, isYes);
  }
}

/** Draws a Confirmation. */
export function drawConfirmation(canvas, message) {
  const { width, height, profile } = canvas;
  blank(canvas);
  const isByButton = profile.keys.includes('up');
  const font = fontOf(profile, SMALL);
  const lines = wrap(font, message, width * 0.66);
  const index = font.height * lines.length > height * 0.5 ? XTINY : SMALL;
  const text = wrap(fontOf(profile, index), message, width * 0.66).join('\n');
  canvas.colour = WHITE;
  canvas.text(
    isByButton ? width * 0.46 : width / 2,
    height * (isByButton ? 0.5 : 0.4),
    index,
    text,
    CENTER | VCENTER,
    SYSTEM,
  );
  drawAnswers(canvas);
}
