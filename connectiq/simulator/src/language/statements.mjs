/** Statements. An executor gives null to go on, or what leaves the surrounding statements: BREAK, CONTINUE, a Return. */
import { instanceOf } from './classes.mjs';
import { declaredName } from './declarations.mjs';
import { Gap } from './errors.mjs';
import { throwStatement, tryStatement } from './exceptions.mjs';
import { evaluate } from './expressions.mjs';
import { Scope } from './frames.mjs';
import { isSame, truthy } from './operators.mjs';
import { equals } from './values.mjs';

const BREAK = Symbol('break');
const CONTINUE = Symbol('continue');

class Return {
  constructor(value) {
    this.value = value;
  }
}

/** Run something with a new scope of local variables. */
export function inScope(frame, run) {
  const outer = frame.scope;
  frame.scope = new Scope(outer);
  try {
    return run();
  } finally {
    frame.scope = outer;
  }
}

function executeAll(machine, statements, frame) {
  for (const statement of statements) {
    const leaving = execute(machine, statement, frame);
    if (leaving) return leaving;
  }
  return null;
}

/** A block with its own scope. */
export function executeBlock(machine, block, frame) {
  return inScope(frame, () => executeAll(machine, block.body, frame));
}

/** The body of a function; the result is what it returns. */
export function executeBody(machine, block, frame) {
  const leaving = executeAll(machine, block.body, frame);
  return leaving instanceof Return ? leaving.value : null;
}

function declareLocals(machine, node, frame) {
  for (const { id, init } of node.declarations)
    frame.scope.variables.set(declaredName(id), init ? evaluate(machine, init, frame) : null);
  return null;
}

function ifStatement(machine, node, frame) {
  if (truthy(evaluate(machine, node.test, frame))) return execute(machine, node.consequent, frame);
  return node.alternate ? execute(machine, node.alternate, frame) : null;
}

/** One pass of a loop body: whether the loop ends, and what leaves the surrounding statements then. */
function loopPass(machine, node, frame) {
  const leaving = execute(machine, node.body, frame);
  if (leaving === BREAK) return { ends: true, leaving: null };
  return { ends: leaving !== null && leaving !== CONTINUE, leaving };
}

function whileStatement(machine, node, frame) {
  while (truthy(evaluate(machine, node.test, frame))) {
    const { ends, leaving } = loopPass(machine, node, frame);
    if (ends) return leaving;
  }
  return null;
}

function doWhileStatement(machine, node, frame) {
  do {
    const { ends, leaving } = loopPass(machine, node, frame);
    if (ends) return leaving;
  } while (truthy(evaluate(machine, node.test, frame)));
  return null;
}

function forLoop(machine, node, frame) {
  if (node.init?.type === 'VariableDeclaration') declareLocals(machine, node.init, frame);
  else if (node.init) evaluate(machine, node.init, frame);
  while (!node.test || truthy(evaluate(machine, node.test, frame))) {
    const { ends, leaving } = loopPass(machine, node, frame);
    if (ends) return leaving;
    if (node.update) evaluate(machine, node.update, frame);
    machine.step();
  }
  return null;
}

function matchesCase(machine, value, test, frame) {
  if (test.type === 'InstanceOfCase') return instanceOf(machine, value, evaluate(machine, test.id, frame));
  const expected = evaluate(machine, test, frame);
  if (typeof value === 'string' || typeof expected === 'string') return value === expected;
  return isSame(value, expected, machine) || equals(value, expected, machine);
}

function switchStatement(machine, node, frame) {
  const value = evaluate(machine, node.discriminant, frame);
  let start = node.cases.findIndex(({ test }) => test && matchesCase(machine, value, test, frame));
  if (start < 0) start = node.cases.findIndex(({ test }) => !test);
  if (start < 0) return null;
  const statements = node.cases.slice(start).flatMap(({ consequent }) => consequent);
  const leaving = inScope(frame, () => executeAll(machine, statements, frame));
  return leaving === BREAK ? null : leaving;
}

const EXECUTORS = {
  BlockStatement: executeBlock,
  VariableDeclaration: declareLocals,
  ExpressionStatement: (machine, node, frame) => {
    evaluate(machine, node.expression, frame);
    return null;
  },
  ReturnStatement: (machine, node, frame) => new Return(node.argument ? evaluate(machine, node.argument, frame) : null),
  IfStatement: ifStatement,
  WhileStatement: whileStatement,
  DoWhileStatement: doWhileStatement,
  ForStatement: (machine, node, frame) => inScope(frame, () => forLoop(machine, node, frame)),
  SwitchStatement: switchStatement,
  BreakStatement: () => BREAK,
  ContinueStatement: () => CONTINUE,
  ThrowStatement: throwStatement,
  TryStatement: tryStatement,
};

/** Execute one statement. */
function execute(machine, node, frame) {
  machine.step();
  if (node.type !== 'BlockStatement') machine.reach(frame, node);
  const executor = EXECUTORS[node.type];
  if (!executor) throw new Gap(`statement ${node.type} is not modelled by the simulator`, machine.trace());
  return executor(machine, node, frame);
}
