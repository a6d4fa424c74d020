/** Everything about values in one place: their types, their text and hash, and equals(). */
export * from './types.mjs';
export { hashOf, toText } from './text.mjs';
export { equals } from './equality.mjs';
