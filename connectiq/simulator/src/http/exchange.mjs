/** One HTTP exchange over a real socket. */
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { CODES } from './codes.mjs';

/** What OpenSSL and Node call a certificate that is not trusted; the phone then asks for a secure connection. */
const CERTIFICATE_ERRORS = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const codeOf = (error) => {
  const isUntrusted = CERTIFICATE_ERRORS.has(error.code) || error.code === 'EPROTO';
  return isUntrusted ? CODES.SECURE_CONNECTION_REQUIRED : CODES.NETWORK_REQUEST_TIMED_OUT;
};

/**
 * Sends a request and collects the answer.
 * @param {{url: string, method: string, headers: object, body: string|null}} request
 * @param {{timeoutMs: number, maxBytes: number, trust: string|null}} limits
 * @param {(outcome: {code: number}|{status: number, contentType: string, lengthKnown: boolean, body: Buffer}) => void} done
 *   called once; `code` when no usable answer came
 * @returns {() => void} stops it; `done` is not called then
 */
export function exchange(request, limits, done) {
  let isOver = false;
  let deadline = null;
  const finish = (outcome) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(deadline);
    done(outcome);
  };
  const { url, method, headers, body } = request;
  const client = url.startsWith('https:') ? https : http;
  const ca = limits.trust ? [...tls.rootCertificates, limits.trust] : undefined;
  const sent = client.request(url, { method, headers, agent: false, ca }, (answer) => {
    collect(answer, limits.maxBytes, finish, () => sent.destroy());
  });
  sent.on('error', (error) => finish({ code: codeOf(error) }));
  deadline = setTimeout(() => {
    finish({ code: CODES.NETWORK_REQUEST_TIMED_OUT });
    sent.destroy();
  }, limits.timeoutMs);
  sent.end(body ?? undefined);
  return () => {
    isOver = true;
    clearTimeout(deadline);
    sent.destroy();
  };
}

function collect(answer, maxBytes, finish, stop) {
  const chunks = [];
  let bytes = 0;
  answer.on('data', (chunk) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= maxBytes) return;
    finish({ code: CODES.NETWORK_RESPONSE_TOO_LARGE, bytes });
    stop();
  });
  answer.on('aborted', () => finish({ code: CODES.REQUEST_CONNECTION_DROPPED }));
  answer.on('end', () =>
    finish({
      status: answer.statusCode,
      contentType: answer.headers['content-type'] ?? '',
      lengthKnown: answer.headers['content-length'] !== undefined,
      body: Buffer.concat(chunks),
    }),
  );
}
