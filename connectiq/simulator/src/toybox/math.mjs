/** Toybox.Math: with a Long or Double among the arguments the result is a Double, otherwise a Float. */
import { takes } from '../language/natives.mjs';
import { MDouble, MFloat, isNumeric, toNumberValue, typeName } from '../language/values.mjs';

const isWide = (value) => value instanceof MDouble || typeof value === 'bigint';

function numbersOf(machine, args) {
  for (const value of args)
    if (!isNumeric(value)) machine.fatal('Unexpected Type Error', `a number is needed, given ${typeName(value)}`);
  return args.map(toNumberValue);
}

const decimal = (count, compute) =>
  takes(count, (args, machine) => {
    const result = compute(...numbersOf(machine, args));
    return args.some(isWide) ? new MDouble(result) : new MFloat(result);
  });

/** Rounding leaves a Number or Long as it is. */
const rounding = (compute) =>
  takes(1, ([value], machine) => {
    const [number] = numbersOf(machine, [value]);
    return typeof value === 'object' ? new value.constructor(compute(number)) : value;
  });

const roundHalfAway = (value) => Math.sign(value) * Math.round(Math.abs(value));

/** A generator of 31-bit numbers: the same seed gives the same numbers in every run. */
function randomNumbers() {
  let state = 1;
  return {
    srand: takes(1, ([seed], machine) => {
      state = numbersOf(machine, [seed])[0] | 0;
    }),
    rand: takes(0, () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff)),
  };
}

/** Install Toybox.Math: what the widget can need of it, not all that there is. */
export function installMath(machine) {
  machine.defineModule('Toybox.Math', {
    PI: new MFloat(Math.PI),
    sin: decimal(1, Math.sin),
    cos: decimal(1, Math.cos),
    sqrt: decimal(1, Math.sqrt),
    pow: decimal(2, Math.pow),
    ceil: rounding(Math.ceil),
    floor: rounding(Math.floor),
    round: rounding(roundHalfAway),
    ...randomNumbers(),
  });
}
