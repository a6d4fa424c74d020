/** Toybox.StringUtil: what the widget needs of it. */
import { takes } from '../language/natives.mjs';
import { typeName } from '../language/values.mjs';

function encodeBase64([text], machine) {
  if (typeof text !== 'string') machine.fatal('Unexpected Type Error', `encodeBase64() of a ${typeName(text)}`);
  return Buffer.from(text, 'utf8').toString('base64');
}

/** Install Toybox.StringUtil. */
export function installStringUtil(machine) {
  machine.defineModule('Toybox.StringUtil', { encodeBase64: takes(1, encodeBase64) });
}
