/** The watch's clock: it moves only when a test moves it. */

const MS = 1000;

export class Clock {
  /** @param {number} epochSeconds Unix time at which the watch is switched on @param {number} zoneOffset seconds east of UTC */
  constructor(epochSeconds, zoneOffset = 0) {
    this.ms = epochSeconds * MS;
    this.zoneOffset = zoneOffset;
    this.sinceBoot = 0;
  }

  /** Unix time in whole seconds. */
  get seconds() {
    return Math.floor(this.ms / MS);
  }

  /** Lets time pass up to a moment that is not in the past. */
  passUntil(ms) {
    this.sinceBoot += ms - this.ms;
    this.ms = ms;
  }

  /** Sets another time of day, as a watch does that finds satellites; timers do not notice. @returns {number} the jump in ms */
  jumpTo(epochSeconds) {
    const jump = epochSeconds * MS - this.ms;
    this.ms += jump;
    return jump;
  }
}
