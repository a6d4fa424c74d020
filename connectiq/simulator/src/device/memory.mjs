/**
 * Bytes that the values of a process hold. A proxy of the watch's heap: a reference or plain number takes 5 bytes in the
 * object that holds it, every object on the heap 16 bytes and its contents.
 */
import { MClass, MModule, Slot } from '../language/declarations.mjs';
import { MArray, MDictionary, MDouble, MMethod, MObject } from '../language/values.mjs';

const SLOT = 5;
const OBJECT = 16;
const DICTIONARY = 24;
const DICTIONARY_ENTRY = 14;

/** Adds up values, each once. */
class HeapCount {
  #seen = new Set();
  bytes = 0;

  add(value) {
    if (typeof value === 'string') this.bytes += OBJECT + Buffer.byteLength(value) + 1;
    else if (typeof value === 'bigint' || value instanceof MDouble) this.bytes += OBJECT;
    else if (value && typeof value === 'object' && !this.#seen.has(value)) {
      this.#seen.add(value);
      this.#addObject(value);
    }
  }

  #addAll(values, each = SLOT) {
    for (const value of values) {
      this.bytes += each;
      this.add(value);
    }
  }

  #addObject(value) {
    if (value instanceof MArray) this.#addList(OBJECT, value.items);
    else if (value instanceof MDictionary) this.#addDictionary(value);
    else if (value instanceof MMethod) this.#addList(OBJECT, [value.self], 0);
    else if (value instanceof MObject) this.#addInstance(value);
  }

  #addList(own, values, each) {
    this.bytes += own;
    this.#addAll(values, each);
  }

  #addDictionary(dictionary) {
    this.bytes += DICTIONARY;
    this.#addAll(dictionary.entries().flat(), DICTIONARY_ENTRY / 2);
  }

  #addInstance(object) {
    this.#addList(OBJECT, object.fields.values());
    this.#addAll(object.native?.holds?.() ?? [], 0);
  }

  /** Variables of a module or class and of all inside it. */
  addVariables(owner) {
    for (const member of (owner.members ?? owner.statics).values()) {
      if (member instanceof Slot) this.#addAll([member.value]);
      else if ((member instanceof MModule || member instanceof MClass) && !member.native) this.addVariables(member);
    }
  }
}

/**
 * Bytes that the process's values hold now.
 * @param {{machine: object, roots: () => any[]}} process
 */
export function heapBytes(process) {
  const count = new HeapCount();
  count.addVariables(process.machine.global);
  for (const root of process.roots()) count.add(root);
  return count.bytes;
}
