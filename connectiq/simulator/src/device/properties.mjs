/** Application.Properties: the app's settings, typed by resources/settings, changed by the app or by the user's phone. */
import { MDouble, MFloat } from '../language/values.mjs';

const INT32 = 2 ** 31;

function wholeNumber(text) {
  const value = Math.trunc(Number(text));
  if (!Number.isFinite(value) || value < -INT32 || value >= INT32) throw new RangeError(`'${text}' is not a Number`);
  return value;
}

const READERS = {
  string: (text) => String(text),
  number: wholeNumber,
  boolean: (text) => String(text) === 'true',
  float: (text) => new MFloat(Number(text)),
  double: (text) => new MDouble(Number(text)),
  long: (text) => BigInt(text),
};

export class Properties {
  #values = new Map();

  /** @param {{Properties: object, Strings: object}} resources of the project */
  constructor(resources) {
    this.resources = resources;
    for (const [key, { text }] of Object.entries(resources.Properties))
      this.setFromText(key, this.#withoutReference(text));
  }

  /** A property's default may name a string resource. */
  #withoutReference(text) {
    const [, name] = /^@Strings\.(\w+)$/.exec(text) ?? [];
    return name ? this.resources.Strings[name].text : text;
  }

  has(key) {
    return this.#values.has(key);
  }

  get(key) {
    return this.#values.get(key);
  }

  set(key, value) {
    this.#values.set(key, value);
  }

  /** Sets what the user typed on the phone. @throws {RangeError} for an unknown key or a value of another type */
  setFromText(key, text) {
    const property = this.resources.Properties[key];
    if (!property) throw new RangeError(`the app has no setting '${key}'`);
    this.set(key, READERS[property.type](text));
  }

  entries() {
    return [...this.#values.entries()];
  }
}
