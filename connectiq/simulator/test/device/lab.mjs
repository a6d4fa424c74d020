/** A small widget on a watch and a server of its own, for the tests of the simulated device. */
import http from 'node:http';
import path from 'node:path';
import { loadProject } from '../../src/project/project.mjs';
import { Watch } from '../../src/device/watch.mjs';
import { stateOf } from '../../src/device/state.mjs';

export const JUNGLE = path.join(import.meta.dirname, 'monkey.jungle');
export const ORIGIN = 'https://gateway.example';
const projects = new Map();

/** The probe project for a device; read once. */
export function projectFor(device) {
  if (!projects.has(device)) projects.set(device, loadProject(JUNGLE, device));
  return projects.get(device);
}

/** A watch with the probe widget. */
export const watchOf = (device = 'fenix7', options = {}) => new Watch(projectFor(device), options);

/** The texts on the screen. */
export const textsOn = (watch) => stateOf(watch).texts;

/**
 * A server whose answers the test sets: `server.answer = {status, headers, body}`.
 * @returns {Promise<{url: string, seen: object[], answer: object, policy: object, close(): void}>}
 */
export async function startServer() {
  const lab = { seen: [], answer: jsonAnswer({ n: 5 }) };
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      lab.seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      if (lab.answer === null) return;
      response.writeHead(lab.answer.status ?? 200, lab.answer.headers);
      response.end(lab.answer.body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  lab.url = `http://127.0.0.1:${server.address().port}`;
  lab.policy = { rewrite: { [ORIGIN]: lab.url } };
  lab.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return lab;
}

/** An answer of JSON; text goes out as it is. */
export function jsonAnswer(value, { status = 200, type = 'application/json' } = {}) {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return { status, body, headers: { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) } };
}

/** A FIT file with a file_id of a type and a course or workout name. */
export function fitFile(fileType, message, field, name) {
  const text = Buffer.from(`${name}\0`.padEnd(16, '\0'));
  const records = Buffer.concat([
    Buffer.from([0x40, 0, 0, 0, 0, 1, 0, 1, 0]),
    Buffer.from([0x00, fileType]),
    Buffer.from([0x41, 0, 0, message, 0, 1, field, text.length, 7]),
    Buffer.from([0x01]),
    text,
  ]);
  const header = Buffer.alloc(12);
  header.writeUInt8(12, 0);
  header.writeUInt8(16, 1);
  header.writeUInt32LE(records.length, 4);
  header.write('.FIT', 8);
  return Buffer.concat([header, records, Buffer.from([0, 0])]);
}

export const courseFit = (name) => fitFile(6, 31, 5, name);
export const workoutFit = (name) => fitFile(5, 26, 8, name);
