/** The views of a process, the top one visible. Layout, show, update and hide are called as the watch does. */
import { Gap } from '../language/errors.mjs';

/** A watch refuses to stack more. */
const DEEPEST = 16;
const MOST_REDRAWS = 20;

export class ViewStack {
  #entries = [];

  constructor(process) {
    this.process = process;
    this.isDirty = false;
    this.isEmptied = false;
  }

  get top() {
    return this.#entries.at(-1);
  }

  get depth() {
    return this.#entries.length;
  }

  /** Views and delegates, for counting memory. */
  values() {
    return this.#entries.flatMap(({ view, delegate }) => [view, delegate]);
  }

  push(view, delegate) {
    if (this.#entries.length >= DEEPEST) this.process.machine.fatal('Stack Overflow Error', 'too many views');
    this.#hideTop();
    const entry = { view, delegate, isLaidOut: false, isFresh: true };
    this.#entries.push(entry);
    this.#show(entry);
    this.isEmptied = false;
  }

  /** Takes the top view away; without another one the app ends when the running handler is done. */
  pop() {
    this.#hideTop();
    this.#entries.pop();
    if (this.top) this.#show(this.top);
    else this.isEmptied = true;
  }

  requestUpdate() {
    this.isDirty = true;
  }

  #show(entry) {
    entry.isFresh = true;
    this.isDirty = true;
  }

  #hideTop() {
    if (this.top?.isLaidOut) this.process.machine.callMethod(this.top.view, 'onHide', []);
  }

  /** Draws the top view until nothing asks for more. `newCanvas` gives a Dc object. */
  redraw(newCanvas, onFrame) {
    for (let round = 0; this.isDirty && this.top && !this.process.ended; round++) {
      if (round > MOST_REDRAWS) throw new Gap('the view asks for an update in every update');
      this.isDirty = false;
      const entry = this.top;
      const canvas = newCanvas();
      this.process.run(`drawing ${entry.view.cls.name}`, () => this.#draw(entry, canvas));
      if (this.top === entry && !this.process.ended) onFrame(canvas, entry.view);
    }
  }

  #draw(entry, canvas) {
    const { machine } = this.process;
    if (!entry.isLaidOut) machine.callMethod(entry.view, 'onLayout', [canvas]);
    entry.isLaidOut = true;
    if (entry.isFresh && this.top === entry) {
      entry.isFresh = false;
      machine.callMethod(entry.view, 'onShow', []);
    }
    if (this.top === entry) machine.callMethod(entry.view, 'onUpdate', [canvas]);
  }
}
