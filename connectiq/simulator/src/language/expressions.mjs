/** Expressions: one evaluator for each kind of syntax node. */
import { applyAssignment, applyUpdate } from './assignments.mjs';
import { callMember, callName, runInFrame } from './calls.mjs';
import { instanceOf, instantiate } from './classes.mjs';
import { Gap } from './errors.mjs';
import { Frame } from './frames.mjs';
import { literalValue } from './literals.mjs';
import { lookup } from './lookup.mjs';
import { hasMember, readElement, readMember } from './members.mjs';
import { missingName } from './missing.mjs';
import { binary, truthy, unary } from './operators.mjs';
import { MArray, MDictionary, MSymbol, typeName } from './values.mjs';

const literals = new WeakMap();

function literal(machine, node) {
  if (!literals.has(node)) literals.set(node, literalValue(node));
  return literals.get(node);
}

function identifier(machine, { name }, frame) {
  const scope = frame.scopeOf(name);
  if (scope) return scope.variables.get(name);
  const found = lookup(machine, frame, name);
  return found ? found.read(machine) : missingName(machine, frame, name);
}

function binaryExpression(machine, node, frame) {
  const left = evaluate(machine, node.left, frame);
  if (node.operator === 'as') return left;
  const right = evaluate(machine, node.right, frame);
  if (node.operator === 'instanceof') return instanceOf(machine, left, right);
  if (node.operator !== 'has') return binary(node.operator, left, right, machine);
  if (!(right instanceof MSymbol))
    machine.fatal('Unexpected Type Error', `has needs a Symbol, given ${typeName(right)}`);
  return hasMember(machine, left, right.name);
}

function logicalExpression(machine, node, frame) {
  const isAnd = node.operator === '&&' || node.operator === 'and';
  const left = evaluate(machine, node.left, frame);
  if (truthy(left) !== isAnd) return left;
  const right = evaluate(machine, node.right, frame);
  if (typeof left !== 'number' || typeof right !== 'number') return right;
  const bits = isAnd ? left & right : left | right;
  if (truthy(bits) !== truthy(right))
    machine.quirk('logical-bitwise', `'${node.operator}' on two Numbers is bitwise on a watch`);
  return bits;
}

function memberExpression(machine, node, frame) {
  const owner = evaluate(machine, node.object, frame);
  if (!node.computed) return readMember(machine, owner, node.property.name, frame);
  return readElement(machine, owner, evaluate(machine, node.property, frame));
}

const evaluateAll = (machine, nodes, frame) => nodes.map((node) => evaluate(machine, node, frame));

function callExpression(machine, node, frame) {
  let callee = node.callee;
  while (callee.type === 'ParenthesizedExpression') callee = callee.expression;
  if (callee.type === 'Identifier')
    return callName(machine, frame, callee.name, () => evaluateAll(machine, node.arguments, frame));
  if (callee.type !== 'MemberExpression' || callee.computed)
    return machine.fatal('Unexpected Type Error', 'only functions can be called; a Method is called with invoke()');
  const owner = evaluate(machine, callee.object, frame);
  return callMember(machine, owner, callee.property.name, evaluateAll(machine, node.arguments, frame));
}

function newExpression(machine, node, frame) {
  const cls = evaluate(machine, node.callee, frame);
  return instantiate(machine, cls, evaluateAll(machine, node.arguments, frame));
}

function refuseBytes(machine, { byte }) {
  if (byte) throw new Gap('ByteArray is not modelled by the simulator', machine.trace());
}

function arrayExpression(machine, node, frame) {
  refuseBytes(machine, node);
  return new MArray(evaluateAll(machine, node.elements, frame));
}

function sizedArray(machine, node, frame) {
  refuseBytes(machine, node);
  const size = evaluate(machine, node.size, frame);
  if (typeof size !== 'number' || size < 0) machine.fatal('Unexpected Type Error', `array of size ${typeName(size)}`);
  return new MArray(new Array(size).fill(null));
}

function dictionaryExpression(machine, node, frame) {
  const dictionary = new MDictionary();
  for (const { key, value } of node.properties)
    dictionary.set(evaluate(machine, key, frame), evaluate(machine, value, frame));
  return dictionary;
}

const EVALUATORS = {
  Literal: literal,
  Identifier: identifier,
  ThisExpression: (machine, node, frame) => frame.self ?? frame.cls ?? frame.module,
  ParenthesizedExpression: (machine, node, frame) => evaluate(machine, node.expression, frame),
  BinaryExpression: binaryExpression,
  LogicalExpression: logicalExpression,
  UnaryExpression: (machine, node, frame) =>
    node.operator === ':'
      ? MSymbol.of(node.argument.name)
      : unary(node.operator, evaluate(machine, node.argument, frame), machine),
  ConditionalExpression: (machine, node, frame) =>
    evaluate(machine, truthy(evaluate(machine, node.test, frame)) ? node.consequent : node.alternate, frame),
  MemberExpression: memberExpression,
  CallExpression: callExpression,
  NewExpression: newExpression,
  ArrayExpression: arrayExpression,
  SizedArrayExpression: sizedArray,
  ObjectExpression: dictionaryExpression,
  AssignmentExpression: applyAssignment,
  UpdateExpression: applyUpdate,
  SequenceExpression: (machine, node, frame) => evaluateAll(machine, node.expressions, frame).at(-1),
};

/** The value of an expression in a frame. */
export function evaluate(machine, node, frame) {
  machine.step();
  const evaluator = EVALUATORS[node.type];
  if (!evaluator) throw new Gap(`expression ${node.type} is not modelled by the simulator`, machine.trace());
  return evaluator(machine, node, frame);
}

/** The value of an initialiser outside any function; `self` in the context makes it one of a field. */
export function evaluateIn(machine, node, context) {
  const fn = { name: '<init>', isStatic: context.self === undefined && !context.ofInstance };
  const frame = new Frame(fn, context.self ?? null, context);
  return runInFrame(machine, frame, () => evaluate(machine, node, frame));
}
