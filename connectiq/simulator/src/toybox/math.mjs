/** Toybox.Math: what the widget needs of it. */
import { takes } from '../language/natives.mjs';
import { MDouble, MFloat, isNumeric, toNumberValue, typeName } from '../language/values.mjs';

const isWide = (value) => value instanceof MDouble || typeof value === 'bigint';

/** A Double of a Long or Double, else a Float. */
function squareRoot([value], machine) {
  if (!isNumeric(value)) machine.fatal('Unexpected Type Error', `a number is needed, given ${typeName(value)}`);
  const root = Math.sqrt(toNumberValue(value));
  return isWide(value) ? new MDouble(root) : new MFloat(root);
}

/** A generator of 31-bit numbers: the same ones in every run. */
function randomNumbers() {
  let state = 1;
  return takes(0, () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff));
}

/** Install Toybox.Math. */
export function installMath(machine) {
  machine.defineModule('Toybox.Math', { sqrt: takes(1, squareRoot), rand: randomNumbers() });
}
