/** What is drawn on a Dc, recorded as operations with everything that a picture or a check needs. */
import { fontOf } from './fonts.mjs';

const CENTER = 1;
const RIGHT = 0;
const VCENTER = 4;
const WHITE = 0xffffff;
const BLACK = 0;
const HORIZONTAL = 3;

export class Canvas {
  #operations = [];

  constructor(profile, width, height, process) {
    Object.assign(this, { profile, width, height, process });
    this.colour = WHITE;
    this.background = BLACK;
    this.pen = 1;
  }

  /** Nothing of the canvas is a Monkey C value. */
  holds() {
    return [];
  }

  #record(operation) {
    const { colour, pen } = this;
    this.#operations.push({ colour, pen, ...operation });
  }

  /** Fills the canvas with the background colour; what was there before is gone. */
  clear() {
    this.#operations = [];
    this.#record({ shape: 'clear', colour: Math.max(BLACK, this.background) });
  }

  /** A shape of SVG: rect, circle, line, polygon, path. */
  shape(name, attributes, isFilled) {
    this.#record({ shape: name, attributes, isFilled });
  }

  /**
   * Text; `justify` is Graphics.TEXT_JUSTIFY_*.
   * @param {{system?: boolean}} [by] text of the watch's own menus is not checked for its place
   */
  text(x, y, fontIndex, text, justify, { system = false } = {}) {
    const font = fontOf(this.profile, fontIndex);
    const lines = text.split('\n');
    const top = justify & VCENTER ? y - (font.height * lines.length) / 2 : y;
    this.#record({
      shape: 'text',
      text,
      font,
      system,
      background: this.background,
      lines: lines.map((line, index) => placedLine(font, line, x, top + index * font.height, justify & HORIZONTAL)),
    });
    const missing = font.missingIn(text);
    if (missing.length && !system) {
      this.process.machine.quirk('font-glyph', `the watch's font may lack ${missing.join(' ')} of '${text}'`);
    }
  }

  /** The finished picture. */
  frame(view) {
    const { profile, width, height } = this;
    const isGlance = this.process.kind === 'glance';
    return { profile, width, height, view, isGlance, operations: this.#operations };
  }
}

function placedLine(font, text, x, top, justify) {
  const width = font.widthOf(text);
  const shift = { [CENTER]: width / 2, [RIGHT]: width }[justify] ?? 0;
  return { text, left: x - shift, top, width, baseline: top + font.ascent };
}
