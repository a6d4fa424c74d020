/**
 * `widgetsim serve`: watches that are driven by JSON lines, one object a request, one a reply.
 *
 * A request is {"id", "do", "watch", ...}; its reply {"id", "ok": true, "value", "state"} or {"id", "ok": false, "kind",
 * "error", "state"}, where kind is 'crash', 'gap', 'usage' or 'internal'. Requests are answered in their order.
 */
import fs from 'node:fs';
import readline from 'node:readline';
import { loadProject } from '../project/project.mjs';
import { Coverage } from '../device/coverage.mjs';
import { stateOf } from '../device/state.mjs';
import { Watch } from '../device/watch.mjs';
import { sheetOf } from '../pictures/sheet.mjs';
import { ACTIONS } from './actions.mjs';
import { kindOf } from './failures.mjs';
import { readOptions } from './options.mjs';

export const usage = 'serve [--jungle FILE[;FILE]]';

/** The request that a line holds. @throws {RangeError} when it holds none */
function requestIn(line) {
  try {
    const request = JSON.parse(line);
    if (request && typeof request === 'object') return request;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RangeError(`no request: ${line}`);
}

class Server {
  #watches = new Map();
  #projects = new Map();
  #forgotten = new Coverage();

  constructor(jungle) {
    this.jungle = jungle;
  }

  #project(device, language) {
    const key = `${device} ${language}`;
    if (!this.#projects.has(key)) this.#projects.set(key, loadProject(this.jungle, device, { language }));
    return this.#projects.get(key);
  }

  async #perform({ do: action, watch: name, ...details }) {
    if (action === 'new') {
      const { device = 'fenix7', language = 'eng', ...options } = details;
      this.#watches.set(name, new Watch(this.#project(device, language), options));
      return null;
    }
    if (action === 'forget') return this.#forget(name);
    if (action === 'coverage') return this.#coverage();
    if (action === 'sheet') return this.#sheet(details);
    const watch = this.#watch(name);
    if (!Object.hasOwn(ACTIONS, action)) throw new RangeError(`there is no action '${action}'`);
    return (await ACTIONS[action](watch, details)) ?? null;
  }

  #watch(name) {
    if (!this.#watches.has(name)) throw new RangeError(`there is no watch '${name}'`);
    return this.#watches.get(name);
  }

  #forget(name) {
    const watch = this.#watches.get(name);
    if (!watch) return null;
    watch.kill();
    this.#forgotten.add(watch.coverage);
    this.#watches.delete(name);
    return null;
  }

  /** What has run on any watch so far. */
  #coverage() {
    for (const watch of this.#watches.values()) this.#forgotten.add(watch.coverage);
    return this.#forgotten.report();
  }

  /** One picture of the kept screens of several watches; of those whose text is among `only`, where that is given. */
  #sheet({ file, watches, only = null, ...how }) {
    const shots = watches.flatMap((name) => this.#watch(name).shots);
    fs.writeFileSync(file, sheetOf(only ? shots.filter(({ text }) => only.includes(text)) : shots, how));
    return null;
  }

  async reply(line) {
    let id = null;
    let request = {};
    let result;
    try {
      ({ id = null, ...request } = requestIn(line));
      result = { ok: true, value: await this.#perform(request) };
    } catch (error) {
      const kind = kindOf(error);
      result = { ok: false, kind, error: kind === 'internal' ? error.stack : error.message };
    }
    const watch = this.#watches.get(request.watch);
    return JSON.stringify({ id, ...result, state: watch ? stateOf(watch) : null });
  }
}

/** Serves until standard input ends. */
export async function run(argv) {
  const { jungle } = readOptions(argv, { jungle: 'string' });
  const server = new Server(jungle);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${await server.reply(line)}\n`);
  }
  return 0;
}
