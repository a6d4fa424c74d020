/** The running Timer.Timer objects of one process; due times are on the watch's clock, in milliseconds since its boot. */

/** A process may run three timers at once (Garmin's Timer reference: "an error will occur if too many timers are set"). */
export const MOST_TIMERS = 3;
/** Shorter periods are lengthened to this by the watch. */
export const SHORTEST_PERIOD_MS = 50;

export class Timers {
  #running = new Map();

  constructor(clock) {
    this.clock = clock;
  }

  get full() {
    return this.#running.size >= MOST_TIMERS;
  }

  start(owner, callback, period, repeat) {
    this.#running.set(owner, { owner, callback, period, repeat, due: this.clock.sinceBoot + period });
  }

  stop(owner) {
    this.#running.delete(owner);
  }

  isRunning(owner) {
    return this.#running.has(owner);
  }

  /** The timer that fires next, or undefined. */
  next() {
    return [...this.#running.values()].sort((one, other) => one.due - other.due)[0];
  }

  /** Books a firing: a repeating timer is due again, another one has ended. @returns {object} its callback */
  fire(timer) {
    if (timer.repeat) timer.due += timer.period;
    else this.stop(timer.owner);
    return timer.callback;
  }

  /** Callbacks that are kept alive by their timers. */
  callbacks() {
    return [...this.#running.values()].map((timer) => timer.callback);
  }
}
