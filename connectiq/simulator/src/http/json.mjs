/**
 * JSON as the phone hands it to the watch: integers that fit 32 bits become Number, longer ones Long, fractions Float
 * (a Double where a Float would lose more than five digits); written out again the same way.
 */
import { MArray, MChar, MDictionary, MDouble, MFloat, typeName } from '../language/values.mjs';

const INT32 = 2 ** 31;
const DEEPEST = 32;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const FLOAT_DIGITS = 5;

class Reader {
  #at = 0;

  constructor(text) {
    this.text = text;
  }

  document() {
    const value = this.#value(0);
    this.#space();
    if (this.#at !== this.text.length) this.#fail();
    return value;
  }

  #fail() {
    throw new SyntaxError(`JSON is wrong at offset ${this.#at}`);
  }

  #space() {
    while (' \t\r\n'.includes(this.text[this.#at] ?? '|')) this.#at += 1;
  }

  #next() {
    this.#space();
    return this.text[this.#at];
  }

  #value(depth) {
    if (depth > DEEPEST) this.#fail();
    switch (this.#next()) {
      case '{':
        return MDictionary.from(this.#list('}', () => [this.#key(), this.#value(depth + 1)]));
      case '[':
        return new MArray(this.#list(']', () => this.#value(depth + 1)));
      case '"':
        return this.#string();
      default:
        return this.#word() ?? this.#number();
    }
  }

  #list(end, item) {
    const items = [];
    this.#at += 1;
    if (this.#next() === end) return this.#passed(items);
    for (;;) {
      items.push(item());
      const mark = this.#next();
      if (mark === end) return this.#passed(items);
      if (mark !== ',') this.#fail();
      this.#at += 1;
    }
  }

  #passed(result) {
    this.#at += 1;
    return result;
  }

  #key() {
    if (this.#next() !== '"') this.#fail();
    const key = this.#string();
    if (this.#next() !== ':') this.#fail();
    return this.#passed(key);
  }

  #string() {
    const start = this.#at;
    this.#at += 1;
    while (this.#at < this.text.length && this.text[this.#at] !== '"') this.#at += this.text[this.#at] === '\\' ? 2 : 1;
    this.#at += 1;
    return JSON.parse(this.text.slice(start, this.#at));
  }

  #word() {
    for (const [word, value] of [
      ['true', true],
      ['false', false],
    ]) {
      if (this.text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return undefined;
  }

  #number() {
    if (this.text.startsWith('null', this.#at)) {
      this.#at += 4;
      return null;
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.text);
    if (!match) this.#fail();
    this.#at = NUMBER.lastIndex;
    return numberOf(match[0], match[1] !== undefined || match[2] !== undefined);
  }
}

function numberOf(text, isFraction) {
  const value = Number(text);
  if (isFraction) {
    const fits = Number(Math.fround(value).toPrecision(FLOAT_DIGITS)) === Number(value.toPrecision(FLOAT_DIGITS));
    return fits ? new MFloat(value) : new MDouble(value);
  }
  return value >= -INT32 && value < INT32 ? value : BigInt.asIntN(64, BigInt(text));
}

/** Monkey C values of a JSON text. @throws {SyntaxError} */
export function parseJson(text) {
  return new Reader(text).document();
}

function fractionText(value) {
  if (!Number.isFinite(value.v)) throw new TypeError('a number that is not finite');
  return String(value instanceof MFloat ? Number(value.v.toPrecision(7)) : value.v);
}

function dictionaryJson(dictionary) {
  const members = dictionary.entries().map(([key, value]) => {
    if (typeof key !== 'string') throw new TypeError(`a key of type ${typeName(key)}`);
    return `${JSON.stringify(key)}:${toJson(value)}`;
  });
  return `{${members.join(',')}}`;
}

/** The JSON text of a value. @throws {TypeError} for a value that JSON has no form for */
export function toJson(value) {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return JSON.stringify(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof MFloat || value instanceof MDouble) return fractionText(value);
  if (value instanceof MChar) return JSON.stringify(value.text);
  if (value instanceof MArray) return `[${value.items.map(toJson).join(',')}]`;
  if (value instanceof MDictionary) return dictionaryJson(value);
  throw new TypeError(`a value of type ${typeName(value)}`);
}
