/** Toybox.Test: the assertions of Run No Evil, and its Logger. */
import { takes } from '../language/natives.mjs';
import { truthy } from '../language/operators.mjs';
import { equals, toText } from '../language/values.mjs';

/** The exception class of a failed assertion. */
const ASSERT_EXCEPTION = 'Toybox.Test.AssertException';

function require(machine, holds, message) {
  if (!holds) machine.throwException(ASSERT_EXCEPTION, message);
}

function assertEqual([left, right, message], machine) {
  const difference = `${toText(left, machine)} != ${toText(right, machine)}`;
  require(machine, equals(left, right, machine), message ? `${message}: ${difference}` : difference);
}

/**
 * Install Toybox.Test.
 * @param {(level: 'DEBUG'|'WARNING'|'ERROR', text: string) => void} log gets what tests write to their Logger
 */
export function installTest(machine, log = () => {}) {
  const write = (level) =>
    takes(1, ([text], caller) => {
      log(level, toText(text, caller));
    });
  machine.defineClass(ASSERT_EXCEPTION, { superclass: 'Toybox.Lang.Exception' });
  machine.defineClass('Toybox.Test.Logger', {
    methods: { debug: write('DEBUG'), warning: write('WARNING'), error: write('ERROR') },
    complete: true,
  });
  machine.defineModule('Toybox.Test', {
    assert: takes(1, ([value], caller) => require(caller, truthy(value), 'ASSERTION FAILED')),
    assertEqual: takes(2, assertEqual),
    assertEqualMessage: takes(3, assertEqual),
  });
}
