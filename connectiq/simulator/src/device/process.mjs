/**
 * One process of the app: the app itself, its glance, or its background service.
 *
 * Each has a machine of its own that holds only what is annotated for it. Handlers run one after another; what comes from
 * outside (answers, timers) waits in a queue. A process ends by itself, is stopped by the watch (onStop runs), is killed
 * (nothing runs) or crashes.
 */
import { ProcessEnd, Gap } from '../language/errors.mjs';
import { MArray, MDictionary } from '../language/values.mjs';
import { Crash, endsProcess, isGap } from './crash.mjs';
import { codeFootprint } from './footprint.mjs';
import { Inbox } from './inbox.mjs';
import { loadMachine } from './loading.mjs';
import { heapBytes } from './memory.mjs';
import { Timers } from './timers.mjs';
import { ViewStack } from './viewstack.mjs';
import { persistedIterator } from '../toybox/persistedcontent.mjs';

/** Real time that settle() waits for answers. */
const SETTLE_MS = 20_000;

export class AppProcess {
  ended = null;
  crash = null;
  frame = null;
  printed = [];
  exitData = undefined;
  #inbox = new Inbox();

  /** @param {object} watch @param {'app'|'glance'|'background'} kind */
  constructor(watch, kind, { tests = false } = {}) {
    Object.assign(this, { watch, kind, project: watch.project, profile: watch.profile });
    this.timers = new Timers(watch.clock);
    this.views = new ViewStack(this);
    loadMachine(this, { tests });
    this.footprint = codeFootprint(this.machine);
  }

  /** Makes the app object and its first view. */
  start() {
    this.run('module variables', () => this.machine.initializeGlobals());
    const entry = this.machine.global.members.get(this.project.manifest.entry);
    if (!entry) throw new Gap(`the entry class ${this.project.manifest.entry} is not there in the ${this.kind}`);
    this.run('initialize', () => (this.app = this.machine.instantiate(entry, [])));
    this.run('onStart', () => this.machine.callMethod(this.app, 'onStart', [new MDictionary()]));
    if (this.kind === 'background') return;
    this.watch.handOverBackgroundData(this);
    this.#openFirstView();
  }

  #openFirstView() {
    const method = this.kind === 'glance' ? 'getGlanceView' : 'getInitialView';
    const views = this.run(method, () => this.machine.callMethod(this.app, method, []));
    if (this.ended) return;
    if (!(views instanceof MArray)) throw new Gap(`${method} gave no view`);
    this.run('the first view', () => this.views.push(views.items[0], views.items[1] ?? null));
    this.drain();
  }

  /** Runs one handler. @returns what it returns, or null when the process has ended @throws {Crash|Gap} */
  run(during, handler) {
    if (this.ended) return null;
    try {
      const result = this.machine.enter(handler);
      this.#checkMemory();
      if (this.views.isEmptied) this.#finish();
      return result;
    } catch (error) {
      return this.#failed(error, during);
    }
  }

  #failed(error, during) {
    if (error instanceof ProcessEnd) {
      if (!this.ended) this.#finish();
      return null;
    }
    if (isGap(error) && error.trace && !error.message.includes(error.trace)) error.message += `\n${error.trace}`;
    if (!endsProcess(error)) throw error;
    this.crash = new Crash(error, this.kind, during);
    this.#end('crash');
    throw this.crash;
  }

  /** The app leaves by itself: onStop runs. */
  #finish() {
    this.views.isEmptied = false;
    this.#callOnStop();
    this.#end('exit');
  }

  #callOnStop() {
    try {
      this.machine.enter(() => this.machine.callMethod(this.app, 'onStop', [new MDictionary()]));
    } catch (error) {
      if (!(error instanceof ProcessEnd)) this.#failed(error, 'onStop');
    }
  }

  /** The watch ends the process in an orderly way. */
  stop() {
    if (this.ended) return;
    this.#callOnStop();
    this.#end('stopped');
  }

  /** The process dies on the spot, as when the battery is empty. */
  kill() {
    if (!this.ended) this.#end('killed');
  }

  /** The process dies inside a call of its own. */
  dieNow() {
    this.kill();
    throw new ProcessEnd('killed');
  }

  #end(how) {
    this.ended = how;
    this.#inbox.close();
  }

  /** Requests under way. */
  get outstanding() {
    return this.#inbox.outstanding;
  }

  /** Something from outside waits for its turn; with a ticket, that request is no longer outstanding. */
  enqueue(during, handler, ticket = null) {
    if (!this.ended) this.#inbox.put(during, handler, ticket);
  }

  /** Runs what waits, then draws. */
  drain() {
    do {
      while (!this.#inbox.isEmpty && !this.ended) {
        const { during, handler } = this.#inbox.take();
        this.run(during, handler);
      }
      this.views.redraw(
        () => this.#newCanvas(),
        (canvas, view) => (this.frame = canvas.native.frame(view.cls.name)),
      );
    } while (!this.#inbox.isEmpty && !this.ended);
  }

  #newCanvas() {
    const { width, height } = this.kind === 'glance' ? this.profile.glance : this.profile;
    return this.watch.newCanvas(this, width, height);
  }

  /** Waits, in real time, until every request has been answered and every answer handled. */
  async settle() {
    const end = Date.now() + SETTLE_MS;
    this.drain();
    while (!this.ended && (!this.#inbox.isEmpty || this.#inbox.isWaiting)) {
      if (Date.now() > end) throw new Error('requests are still under way');
      if (this.#inbox.isEmpty) await this.#inbox.somethingCame();
      this.drain();
    }
  }

  /** An answer reaches its callback. */
  answered(call, code, data) {
    this.machine.invoke(call.callback, [code, data]);
  }

  /** A PersistedContent.Iterator over pieces of content. */
  contentIterator(items) {
    return persistedIterator(this.machine, items);
  }

  // What holds values: see memory.mjs.
  roots() {
    return [this.app ?? null, ...this.views.values(), ...this.timers.callbacks(), ...this.#inbox.values()];
  }

  get limitBytes() {
    return this.profile.memory[this.kind];
  }

  usedBytes() {
    return this.footprint.bytes + heapBytes(this);
  }

  freeBytes() {
    return Math.max(0, this.limitBytes - this.usedBytes());
  }

  #checkMemory() {
    const used = this.usedBytes();
    this.peakBytes = Math.max(this.peakBytes ?? 0, used);
    if (used > this.limitBytes) this.machine.fatal('Out Of Memory Error', `about ${used} of ${this.limitBytes} bytes`);
  }
}
