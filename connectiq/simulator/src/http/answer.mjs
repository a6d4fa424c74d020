/** What the phone makes of a server's answer: the code and the data that the callback gets. */
import { MDictionary } from '../language/values.mjs';
import { CODES, RESPONSE_TYPES } from './codes.mjs';
import { parseJson } from './json.mjs';

/** Parsing costs the watch about this many times the answer's size. */
const MEMORY_PER_BYTE = 4;

const EXPECTED_TYPES = {
  [RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_JSON]: 'application/json',
  [RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_GPX]: 'application/gpx+xml',
  [RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_FIT]: 'application/fit',
};
const NATIVE_TYPES = [RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_GPX, RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_FIT];

/** Whether the answer goes to the watch's content instead of the widget's memory. */
export const isNative = (responseType) => NATIVE_TYPES.includes(responseType);

/** Whether the simulator models this response type. */
export const isModelled = (responseType) => responseType in EXPECTED_TYPES;

const BAD_BODY = { code: CODES.INVALID_HTTP_BODY_IN_NETWORK_RESPONSE, data: null };

/** The Dictionary that the answer's JSON holds, or undefined when it is something else. */
function dictionaryIn({ contentType, body }) {
  if (contentType !== EXPECTED_TYPES[RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_JSON]) return undefined;
  try {
    const value = parseJson(body.toString('utf8'));
    return value instanceof MDictionary ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function errorOutcome(answer, mode) {
  if (mode === 'hidden') return { code: CODES.UNKNOWN_ERROR, data: null };
  const data = mode === 'shown' ? dictionaryIn(answer) : null;
  return { code: answer.status, data: data ?? null };
}

/**
 * Code and data of an answer.
 * @param {{status: number, contentType: string, lengthKnown: boolean, body: Buffer}} answer
 * @param {{responseType: number, errors: string, freeBytes: number}} how
 * @returns {{code: number, data: any, file?: Buffer}} `file` is content for the watch
 */
export function outcomeOf(answer, { responseType, errors, freeBytes }) {
  if (answer.status < 200 || answer.status > 299) return errorOutcome(answer, errors);
  if (isNative(responseType)) return nativeOutcome(answer, responseType);
  const data = dictionaryIn(answer);
  if (data === undefined) return BAD_BODY;
  if (answer.body.length * MEMORY_PER_BYTE > freeBytes) {
    return { code: CODES.NETWORK_RESPONSE_OUT_OF_MEMORY, data: null };
  }
  return { code: answer.status, data };
}

function nativeOutcome(answer, responseType) {
  if (answer.contentType !== EXPECTED_TYPES[responseType] || answer.body.length === 0) return BAD_BODY;
  if (!answer.lengthKnown) return { code: CODES.INVALID_HTTP_HEADER_FIELDS_IN_NETWORK_RESPONSE, data: null };
  return { code: answer.status, data: null, file: answer.body };
}
