/**
 * How much of a process's memory its code takes. A proxy: without Garmin's compiler nobody can say it exactly.
 *
 *   estimated bytes = 48 x classes + 24 x functions + 4 x syntax nodes in function bodies and initialisers
 *                     + for each different string literal its UTF-8 bytes + 1
 *
 * Types are erased by the compiler and count nothing.
 */
import { MClass, MFunction, MModule, Slot } from '../language/declarations.mjs';
import { walk } from '../language/syntaxtree.mjs';

const CLASS_BYTES = 48;
const FUNCTION_BYTES = 24;
const NODE_BYTES = 4;

class Count {
  classes = 0;
  functions = 0;
  nodes = 0;
  strings = new Set();

  syntax(code) {
    if (!code) return;
    walk(code, ({ type, value }) => {
      this.nodes += 1;
      if (type === 'Literal' && typeof value === 'string') this.strings.add(value);
    });
  }

  member(member) {
    if (member?.native) return;
    if (member instanceof MFunction) this.function(member);
    else if (member instanceof MModule) for (const inner of member.members.values()) this.member(inner);
    else if (member instanceof MClass) this.class(member);
    else if (member instanceof Slot) this.syntax(member.node);
  }

  function(fn) {
    this.functions += 1;
    this.syntax(fn.node?.body);
  }

  class(cls) {
    this.classes += 1;
    for (const method of cls.methods.values()) this.member(method);
    for (const member of cls.statics.values()) this.member(member);
    for (const field of cls.fields) this.syntax(field.node);
  }
}

/**
 * What a process has loaded.
 * @param {import('../language/machine.mjs').Machine} machine
 * @returns {{classes: number, functions: number, nodes: number, stringBytes: number, bytes: number}}
 */
export function codeFootprint(machine) {
  const count = new Count();
  count.member(machine.global);
  const stringBytes = [...count.strings].reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
  const { classes, functions, nodes } = count;
  const bytes = CLASS_BYTES * classes + FUNCTION_BYTES * functions + NODE_BYTES * nodes + stringBytes;
  return { classes, functions, nodes, stringBytes, bytes };
}
