/**
 * The background events of the app: which are registered and when the temporal one is due.
 *
 * Rules from Garmin's Background reference: one temporal event at a time; periods of at least five minutes; a moment less
 * than five minutes after the last event is refused, unless the app was started since; a moment in the past fires at once.
 */

const LEAST_SECONDS = 5 * 60;
/** A background process that lives longer is ended by the watch. */
export const LONGEST_RUN_SECONDS = 30;
/** Toybox modules whose API pages do not list background among their app types. */
export const NOT_IN_BACKGROUND = new Set(['Attention', 'Graphics', 'PersistedContent', 'Timer', 'WatchUi']);
/** Background.exit takes about this much. */
export const EXIT_BYTES = 8 * 1024;

export class BackgroundEvents {
  #temporal = null;
  #isCleared = true;

  constructor(clock) {
    this.clock = clock;
    this.lastTemporal = null;
    this.wantsActivities = false;
  }

  /** The app starts: a moment may be near the last event again. */
  appStarted() {
    this.#isCleared = true;
  }

  /** @returns {boolean} false when the period is too short */
  registerPeriod(seconds) {
    if (seconds < LEAST_SECONDS) return false;
    this.#temporal = { period: seconds, since: this.clock.seconds };
    return true;
  }

  /** @returns {boolean} false when the moment is too near to the last event */
  registerMoment(seconds) {
    const isNear = this.lastTemporal !== null && seconds < this.lastTemporal + LEAST_SECONDS;
    if (isNear && !this.#isCleared) return false;
    this.#temporal = { moment: seconds };
    return true;
  }

  delete() {
    this.#temporal = null;
  }

  /** {period} or {moment} in seconds, or null. */
  get registered() {
    return this.#temporal;
  }

  /** Unix time at which the temporal event fires, or null. */
  get due() {
    if (!this.#temporal) return null;
    const { moment, period, since } = this.#temporal;
    if (moment !== undefined) return Math.max(moment, this.clock.seconds);
    return Math.max((this.lastTemporal ?? since) + period, this.clock.seconds);
  }

  /** The event fires: a moment is used up, a period starts again. */
  fired() {
    this.lastTemporal = this.clock.seconds;
    this.#isCleared = false;
    if (this.#temporal?.moment !== undefined) this.#temporal = null;
  }
}
