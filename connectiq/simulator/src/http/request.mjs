/** A makeWebRequest call turned into what goes over the wire, or into the code with which the phone refuses it. */
import { Gap } from '../language/errors.mjs';
import { MDictionary, toText } from '../language/values.mjs';
import { CODES, METHODS, REQUEST_TYPES } from './codes.mjs';
import { toJson } from './json.mjs';

const METHOD_NAMES = Object.fromEntries(
  Object.entries(METHODS).map(([name, value]) => [value, name.replace('HTTP_REQUEST_METHOD_', '')]),
);

/** The phone does not pass the request on; `code` is what the callback gets. */
export class Refused extends Error {
  constructor(code, why) {
    super(why);
    this.code = code;
  }
}

/** Headers as the phone sends them, and the request content type that they name. */
function headersOf(dictionary) {
  const headers = {};
  let contentType = null;
  const refuse = (why) => {
    throw new Refused(CODES.INVALID_HTTP_HEADER_FIELDS_IN_REQUEST, why);
  };
  for (const [name, value] of dictionary?.entries() ?? []) {
    if (typeof name === 'string' && name.toLowerCase() === 'content-type') {
      if (!Object.values(REQUEST_TYPES).includes(value)) refuse('Content-Type must be a REQUEST_CONTENT_TYPE constant');
      contentType = value;
    } else if (typeof name !== 'string' || typeof value !== 'string' || /[\r\n]/.test(name + value)) {
      refuse(`the header ${toText(name)} is not text`);
    } else {
      headers[name] = value;
    }
  }
  return { headers, contentType };
}

function jsonBody(parameters) {
  try {
    return toJson(parameters ?? new MDictionary());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refused(CODES.INVALID_HTTP_BODY_IN_REQUEST, `JSON cannot hold ${error.message}`);
  }
}

function parsedUrl(text) {
  try {
    return new URL(text);
  } catch {
    throw new Refused(CODES.INVALID_HTTP_HEADER_FIELDS_IN_REQUEST, `'${text}' is not a URL`);
  }
}

function rewritten(url, rewrite) {
  const [from, to] = Object.entries(rewrite).find(([origin]) => url.startsWith(origin)) ?? ['', ''];
  return from ? to + url.slice(from.length) : url;
}

/**
 * What the phone sends.
 * @param {{url: string, parameters: MDictionary|null, method: number, headers: MDictionary|null}} call
 * @param {object} policy see policy.mjs
 * @returns {{url: string, method: string, headers: object, body: string|null, asked: string, namesType: boolean}}
 *   `asked` is the URL before the policy's rewriting
 * @throws {Refused} @throws {Gap} for a body in another form than JSON
 */
export function wireRequest(call, policy) {
  const method = METHOD_NAMES[call.method];
  if (!method) throw new Refused(CODES.INVALID_HTTP_METHOD_IN_REQUEST, `no method ${call.method}`);
  const url = parsedUrl(call.url);
  if (url.protocol !== 'https:') throw new Refused(CODES.SECURE_CONNECTION_REQUIRED, 'HTTPS is required');
  const { headers, contentType } = headersOf(call.headers);
  let body = null;
  if (method === 'GET') {
    for (const [key, value] of call.parameters?.entries() ?? []) {
      url.searchParams.append(toText(key), value === null ? '' : toText(value));
    }
  } else {
    if (contentType !== REQUEST_TYPES.REQUEST_CONTENT_TYPE_JSON)
      throw new Gap('a body that is not JSON is not modelled');
    body = jsonBody(call.parameters);
    headers['Content-Type'] = 'application/json';
  }
  if (body !== null) headers['Content-Length'] = Buffer.byteLength(body);
  if (url.href.length + Buffer.byteLength(body ?? '') > policy.maxRequestBytes) {
    throw new Refused(CODES.BLE_REQUEST_TOO_LARGE, `more than ${policy.maxRequestBytes} bytes`);
  }
  return {
    url: rewritten(url.href, policy.rewrite),
    method,
    headers,
    body,
    asked: url.href,
    namesType: contentType !== null,
  };
}
