/** The methods of Graphics.Dc; `this.native` is a Canvas. */
import { takes } from '../language/natives.mjs';
import { MArray, typeName } from '../language/values.mjs';
import { fontArgument } from './graphics.mjs';
import { numbers } from './options.mjs';

const CLOCKWISE = 1;
const FULL_TURN = 360;

const rectangle = (x, y, width, height) => ({ x, y, width, height });
const circle = (cx, cy, r) => ({ cx, cy, r });

/** A point on a circle; degrees count from three o'clock against the clock, as the watch counts them. */
function onCircle(x, y, radius, degrees) {
  const angle = (degrees * Math.PI) / 180;
  return [x + radius * Math.cos(angle), y - radius * Math.sin(angle)].map((value) => Number(value.toFixed(2)));
}

/** An arc as SVG path data; equal ends are a whole circle. */
function arcPath(x, y, radius, direction, start, end) {
  const [fromX, fromY] = onCircle(x, y, radius, start);
  const isClockwise = direction === CLOCKWISE;
  const turn = (((isClockwise ? start - end : end - start) % FULL_TURN) + FULL_TURN) % FULL_TURN || FULL_TURN;
  if (turn === FULL_TURN) {
    const [farX, farY] = onCircle(x, y, radius, start + FULL_TURN / 2);
    return `M${fromX} ${fromY}A${radius} ${radius} 0 0 0 ${farX} ${farY}A${radius} ${radius} 0 0 0 ${fromX} ${fromY}`;
  }
  const [toX, toY] = onCircle(x, y, radius, end);
  return `M${fromX} ${fromY}A${radius} ${radius} 0 ${turn > FULL_TURN / 2 ? 1 : 0} ${isClockwise ? 1 : 0} ${toX} ${toY}`;
}

function textArgument(machine, text) {
  if (typeof text !== 'string') machine.fatal('Unexpected Type Error', `expected a String, given ${typeName(text)}`);
  return text;
}

function points(machine, list) {
  return { points: list.items.map(({ items }) => numbers(machine, items).join(',')).join(' ') };
}

/** Methods that draw a shape: SVG element, attributes from numbers, filled or not. */
function shapeMethods(machine) {
  const drawn = (count, name, attributes, isFilled) =>
    takes(count, function (args) {
      this.native.shape(name, attributes(...numbers(machine, args)), isFilled);
    });
  return {
    drawLine: drawn(4, 'line', (x1, y1, x2, y2) => ({ x1, y1, x2, y2 }), false),
    fillRectangle: drawn(4, 'rect', rectangle, true),
    drawCircle: drawn(3, 'circle', circle, false),
    fillCircle: drawn(3, 'circle', circle, true),
    drawArc: drawn(6, 'path', (...arc) => ({ d: arcPath(...arc) }), false),
  };
}

function textMethods(machine, process) {
  return {
    drawText: takes(5, function ([x, y, index, text, justify]) {
      fontArgument(machine, process, index);
      const [left, top, how] = numbers(machine, [x, y, justify]);
      this.native.text(left, top, index, textArgument(machine, text), how);
    }),
    getTextWidthInPixels: takes(2, ([text, index]) => {
      const font = fontArgument(machine, process, index);
      const lines = textArgument(machine, text).split('\n');
      return Math.max(...lines.map((line) => font.widthOf(line)));
    }),
    getFontHeight: takes(1, ([index]) => fontArgument(machine, process, index).height),
  };
}

function stateMethods(machine) {
  return {
    getWidth: takes(0, function () {
      return this.native.width;
    }),
    getHeight: takes(0, function () {
      return this.native.height;
    }),
    setColor: takes(2, function (args) {
      [this.native.colour, this.native.background] = numbers(machine, args);
    }),
    setPenWidth: takes(1, function (args) {
      [this.native.pen] = numbers(machine, args);
    }),
    // every picture is drawn with smooth edges
    setAntiAlias: takes(1, () => null),
    clear: takes(0, function () {
      this.native.clear();
    }),
  };
}

/** All methods of Dc. */
export function dcMethods(machine, process) {
  return {
    ...stateMethods(machine),
    ...textMethods(machine, process),
    ...shapeMethods(machine),
    fillPolygon: takes(1, function ([list]) {
      if (!(list instanceof MArray)) machine.fatal('Unexpected Type Error', 'fillPolygon wants an Array of points');
      this.native.shape('polygon', points(machine, list), true);
    }),
  };
}
