/** What kind of failure an error is, for who drives the simulator. */
import { Gap } from '../language/errors.mjs';
import { Crash } from '../device/crash.mjs';
import { NotPossible } from '../device/input.mjs';

/** @returns {'crash'|'gap'|'usage'|'internal'} 'usage': the request cannot be met on this watch or screen */
export function kindOf(error) {
  if (error instanceof Crash) return 'crash';
  if (error instanceof Gap) return 'gap';
  return error instanceof NotPossible || error instanceof RangeError ? 'usage' : 'internal';
}
