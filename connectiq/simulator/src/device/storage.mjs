/** Application.Storage as the watch keeps it: bounded, copied in and out, alive longer than any process. */
import { MDictionary } from '../language/values.mjs';
import { refuseStrangers } from './strangers.mjs';
import { copyOf, storedBytes, toPlain } from './serialisation.mjs';

const LIMITS = { valueBytes: 8 * 1024, totalBytes: 128 * 1024 };

export class StorageFull extends Error {}

export class Storage {
  #values = new MDictionary();

  /** @param {{valueBytes?: number, totalBytes?: number}} limits bytes of one value and of all */
  constructor(limits = {}) {
    refuseStrangers('limit of Storage', limits, Object.keys(LIMITS));
    Object.assign(this, LIMITS, limits);
    this.writes = 0;
  }

  get(key) {
    return copyOf(this.#values.get(key));
  }

  has(key) {
    return this.#values.has(key);
  }

  /** @throws {StorageFull} when the value, or everything together, is too large; nothing is changed then */
  set(key, value) {
    const bytes = storedBytes(value);
    if (bytes > this.valueBytes) throw new StorageFull(`a value of ${bytes} bytes; the limit is ${this.valueBytes}`);
    const others = this.usedBytes - (this.has(key) ? storedBytes(key) + storedBytes(this.#values.get(key)) : 0);
    const total = others + storedBytes(key) + bytes;
    if (total > this.totalBytes) throw new StorageFull(`${total} bytes in all; the limit is ${this.totalBytes}`);
    this.#values.set(key, copyOf(value));
    this.writes += 1;
  }

  delete(key) {
    if (this.#values.delete(key)) this.writes += 1;
  }

  get usedBytes() {
    return this.#values.entries().reduce((sum, [key, value]) => sum + storedBytes(key) + storedBytes(value), 0);
  }

  /** Everything as JSON, for tests. */
  toPlain() {
    return toPlain(this.#values);
  }
}
