/** Runs the (:test) functions of a project, each in a fresh process, and reports like `monkeydo -t`. */
import { DeviceError, Gap, ProcessEnd, Thrown } from './errors.mjs';
import { truthy } from './operators.mjs';
import { toText } from './values.mjs';

const ASSERT_EXCEPTION = 'AssertException';

/**
 * @typedef {{name: string, status: 'PASS'|'FAIL'|'ERROR'|'GAP', message: string, trace: string, quirks: object[],
 *   place: string}} TestResult
 */

/** What went wrong: the status, message and trace of an error that ended a test. */
function failureOf(error, machine) {
  if (error instanceof Thrown) {
    const { cls, fields, native } = error.object;
    const status = cls.name === ASSERT_EXCEPTION ? 'FAIL' : 'ERROR';
    return {
      status,
      message: `${cls.fullName}: ${toText(fields.get('mMessage'), machine)}`,
      trace: native?.trace ?? '',
    };
  }
  if (error instanceof Gap) return { status: 'GAP', message: error.message, trace: error.trace };
  if (error instanceof DeviceError) return { status: 'ERROR', message: error.message, trace: error.trace };
  if (error instanceof ProcessEnd) return { status: 'ERROR', message: 'the test ended the process', trace: '' };
  throw error;
}

function runOne(machine, fn) {
  const args = fn.parameters.length ? [machine.nativeObject('Toybox.Test.Logger')] : [];
  try {
    const passed = machine.enter(() => {
      machine.initializeGlobals();
      return truthy(machine.callFunction(fn, fn.cls ?? fn.module, args));
    });
    return passed
      ? { status: 'PASS', message: '', trace: '' }
      : { status: 'FAIL', message: 'the test did not return true', trace: '' };
  } catch (error) {
    return failureOf(error, machine);
  }
}

/** A test that passes by what other watches understand otherwise has not passed. */
function portable(outcome, quirks) {
  if (outcome.status !== 'PASS' || !quirks.length) return { ...outcome, quirks };
  const message = quirks.map(({ id, place, message: what }) => `${id} at ${place}: ${what}`).join('; ');
  return { status: 'ERROR', message, trace: '', quirks };
}

/**
 * Run every test.
 * @param {() => import('./machine.mjs').Machine} newMachine a machine with Toybox and the project loaded, tests included
 * @param {(name: string) => boolean} wanted which tests to run
 * @returns {TestResult[]} in the order of the source
 */
export function runTests(newMachine, wanted = () => true) {
  const names = newMachine().tests.map((fn) => fn.fullName);
  return names.filter(wanted).map((name) => {
    const machine = newMachine();
    const fn = machine.tests.find((test) => test.fullName === name);
    const outcome = runOne(machine, fn);
    const place = `${fn.file}:${fn.node.loc.start.line}`;
    return { name, place, ...portable(outcome, [...machine.quirks.values()]) };
  });
}

const count = (results, status) => results.filter((result) => result.status === status).length;

function details({ name, status, message, trace, place }) {
  return [`${status}: ${name} (${place})`, `  ${message}`, trace].filter(Boolean).join('\n');
}

/** The report as text: what failed, a table of results, and the summary line. */
export function reportOf(results) {
  const failed = results.filter(({ status }) => status !== 'PASS');
  const width = Math.max(20, ...results.map(({ name }) => name.length)) + 2;
  const passed = count(results, 'PASS');
  const errors = count(results, 'ERROR') + count(results, 'GAP');
  const verdict = results.length > 0 && failed.length === 0 ? 'PASSED' : 'FAILED';
  return [
    ...failed.map(details),
    'RESULTS',
    ...results.map(({ name, status }) => `${name.padEnd(width)}${status}`),
    `Ran ${results.length} tests`,
    `${verdict} (passed=${passed}, failed=${count(results, 'FAIL')}, errors=${errors})`,
  ].join('\n');
}
