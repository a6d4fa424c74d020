/**
 * What the phone and its network do to requests; a test changes any of it.
 *
 * Sizes and codes are those that people report of real watches (the project's notes on the platform); where reports
 * differ the default is the one that is harder on the widget.
 */
import { refuseStrangers } from '../device/strangers.mjs';
import { CODES } from './codes.mjs';

export const DEFAULT_POLICY = {
  phoneConnected: true,
  /** A longer answer gives -402. Reports reach from 8 KB to 44 KB. */
  maxResponseBytes: 8192,
  /** A longer body or URL gives -102. */
  maxRequestBytes: 8192,
  /** One more than this at the same time gives -101. */
  maxOutstanding: 3,
  /** Real time for one exchange; then -300. */
  timeoutMs: 10_000,
  /** 'shown': code and body of an error reach the widget; 'bodyless': the code alone; 'hidden': code 0. */
  errors: 'shown',
  /** Origins that go elsewhere, applied after the HTTPS rule: {'https://gateway.example': 'http://127.0.0.1:8080'}. */
  rewrite: {},
  /** PEM text of certificates to trust besides the usual ones. */
  trust: null,
  /** A FIT or GPX that is on the watch already answers with null. */
  contentAlreadyThere: false,
  /** Requests for FIT and GPX never come back, as on old firmware. */
  nativeNeverCompletes: false,
  /** What FIT and GPX files may still take; more gives -1000. */
  contentFreeBytes: 4 * 1024 * 1024,
  /**
   * Faults of single requests: {at, match, kind, code, kill}. `at` counts the watch's requests from 0, or those whose
   * URL contains `match`. Kinds: 'request-lost' (the server never sees it), 'answer-lost' (the server answers, the
   * widget gets `code`), 'code' (the phone answers by itself). `kill` ends the process without a word: inside the call
   * when the request is lost, otherwise once the server has answered.
   */
  faults: [],
};

const FAULT_KINDS = ['request-lost', 'answer-lost', 'code'];
const ERROR_MODES = ['shown', 'bodyless', 'hidden'];
const FAULT_KEYS = ['at', 'match', 'kind', 'code', 'kill'];

/** A policy with changes laid over it. @throws {RangeError} for a name or value that means nothing */
export function changedPolicy(policy, changes) {
  refuseStrangers('link policy', changes, Object.keys(DEFAULT_POLICY));
  const changed = { ...policy, ...changes };
  if (!ERROR_MODES.includes(changed.errors)) throw new RangeError(`errors: ${changed.errors}`);
  return { ...changed, faults: changed.faults.map(checkedFault) };
}

function checkedFault(fault) {
  if (!FAULT_KINDS.includes(fault.kind)) throw new RangeError(`no fault is of kind '${fault.kind}'`);
  refuseStrangers('part of a fault', fault, FAULT_KEYS);
  return { code: CODES.NETWORK_REQUEST_TIMED_OUT, kill: false, at: 0, match: null, ...fault };
}

/**
 * The fault that hits a request, if any.
 * @param {object[]} faults @param {string[]} urls of all requests so far, the newest last
 */
export function faultOf(faults, urls) {
  const url = urls.at(-1);
  return faults.find(({ at, match }) => {
    if (match === null) return at === urls.length - 1;
    return url.includes(match) && at === urls.filter((other) => other.includes(match)).length - 1;
  });
}
