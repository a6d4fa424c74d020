/**
 * PersistedContent: the courses, workouts, tracks, routes and waypoints on the watch.
 *
 * A watch that knows no tracks or routes keeps a GPX as a course when it has courses (a proxy: Garmin only says that
 * fitness devices take FIT and outdoor devices GPX). What it has no place for is dropped without a word.
 */
import { contentIn } from './contentnames.mjs';

export class Content {
  #items = [];
  #lastId = 0;

  /** @param {string[]} kinds those that the device's API lists */
  constructor(kinds) {
    this.kinds = kinds;
  }

  /** Puts a file on the watch. @returns {object[]} its pieces: {id, kind, name, bytes, format, owned, time} */
  add(format, bytes, time, { owned = true } = {}) {
    const pieces = contentIn(format, bytes).map((piece) => ({ ...piece, kind: this.#keptAs(piece.kind) }));
    const added = pieces
      .filter(({ kind }) => kind)
      .map(({ kind, name }) => ({ id: ++this.#lastId, kind, name, format, bytes, owned, time }));
    this.#items.push(...added);
    return added;
  }

  #keptAs(kind) {
    if (this.kinds.includes(kind)) return kind;
    const isLine = kind === 'Tracks' || kind === 'Routes';
    return isLine && this.kinds.includes('Courses') ? 'Courses' : null;
  }

  /** @param {{kind?: string, owned?: boolean}} which */
  list({ kind, owned } = {}) {
    return this.#items.filter(
      (item) => (kind === undefined || item.kind === kind) && (owned === undefined || item.owned === owned),
    );
  }

  get usedBytes() {
    return this.#items.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}
