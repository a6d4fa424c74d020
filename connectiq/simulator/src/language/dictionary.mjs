/** The table behind a Dictionary: keys are compared by value for Lang's value types and by identity for objects. */

/** Keys that are the same text here are the same key; objects and symbols stand for themselves. */
function identityOf(key) {
  switch (typeof key) {
    case 'bigint':
      return `l${key}`;
    case 'string':
      return `s${key}`;
    case 'object':
      break;
    default:
      return key;
  }
  if (key === null) return null;
  if (typeof key.v === 'number') return `f${key.v}`;
  return typeof key.code === 'number' ? `c${key.code}` : key;
}

/** A map of Monkey C keys to values that keeps the order in which keys came. */
export class DictionaryTable {
  #table = new Map();

  get(key) {
    const entry = this.#table.get(identityOf(key));
    return entry ? entry[1] : null;
  }

  has(key) {
    return this.#table.has(identityOf(key));
  }

  set(key, value) {
    const identity = identityOf(key);
    const entry = this.#table.get(identity);
    if (entry) entry[1] = value;
    else this.#table.set(identity, [key, value]);
  }

  delete(key) {
    return this.#table.delete(identityOf(key));
  }

  get size() {
    return this.#table.size;
  }

  /** @returns {[key: any, value: any][]} */
  entries() {
    return [...this.#table.values()];
  }
}
