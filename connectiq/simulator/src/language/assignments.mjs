/** Assignment, compound assignment, and ++ and --. */
import { evaluate } from './expressions.mjs';
import { lookup } from './lookup.mjs';
import { assignElement, assignMember, readElement, readMember } from './members.mjs';
import { missingName } from './missing.mjs';
import { binary } from './operators.mjs';

/** The place that an assignment writes to: its owner and key are evaluated once. */
function placeOf(machine, node, frame) {
  if (node.type === 'ParenthesizedExpression') return placeOf(machine, node.expression, frame);
  if (node.type === 'BinaryExpression' && node.operator === 'as') return placeOf(machine, node.left, frame);
  if (node.type === 'Identifier') {
    const found = lookup(machine, frame, node.name) ?? missingName(machine, frame, node.name);
    return { read: () => found.read(machine), write: (value) => found.write(machine, value) };
  }
  if (node.type !== 'MemberExpression') return machine.fatal('Unexpected Type Error', `assignment to ${node.type}`);
  const owner = evaluate(machine, node.object, frame);
  if (!node.computed) {
    const { name } = node.property;
    return {
      read: () => readMember(machine, owner, name, frame),
      write: (value) => assignMember(machine, owner, name, value, frame),
    };
  }
  const key = evaluate(machine, node.property, frame);
  return {
    read: () => readElement(machine, owner, key),
    write: (value) => assignElement(machine, owner, key, value),
  };
}

/** target = value, target += value and the like; the result is the new value. */
export function applyAssignment(machine, node, frame) {
  const place = placeOf(machine, node.left, frame);
  if (node.operator === '=') {
    const value = evaluate(machine, node.right, frame);
    place.write(value);
    return value;
  }
  const old = place.read();
  const value = binary(node.operator.slice(0, -1), old, evaluate(machine, node.right, frame), machine);
  place.write(value);
  return value;
}

/** ++target, target++ and the same with --. */
export function applyUpdate(machine, node, frame) {
  const place = placeOf(machine, node.argument, frame);
  const old = place.read();
  const value = binary(node.operator === '++' ? '+' : '-', old, 1, machine);
  place.write(value);
  return node.prefix ? value : old;
}
