/** throw, and try with catch and finally. Device errors, gaps and the end of the process pass through all of them. */
import { instanceOf } from './classes.mjs';
import { Thrown } from './errors.mjs';
import { evaluate } from './expressions.mjs';
import { executeBlock, inScope } from './statements.mjs';
import { MObject, typeName } from './values.mjs';

/** throw value */
export function throwStatement(machine, node, frame) {
  const value = evaluate(machine, node.argument, frame);
  if (!(value instanceof MObject)) machine.fatal('Unexpected Type Error', `throw of a ${typeName(value)}`);
  value.native = { ...value.native, trace: machine.trace() };
  throw new Thrown(value);
}

function clausesOf(handler) {
  if (!handler) return [];
  return handler.type === 'CatchClauses' ? handler.catches : [handler];
}

/** The variable and class of a catch clause: both may be absent. */
function caught({ param }) {
  if (param?.type === 'BinaryExpression') return { name: param.left.name, cls: param.right };
  return { name: param?.name, cls: null };
}

function matchingClause(machine, node, frame, thrown) {
  return clausesOf(node.handler).find((clause) => {
    const { cls } = caught(clause);
    return !cls || instanceOf(machine, thrown.object, evaluate(machine, cls, frame));
  });
}

function runHandler(machine, node, frame, error) {
  const clause = error instanceof Thrown ? matchingClause(machine, node, frame, error) : undefined;
  if (!clause) throw error;
  return inScope(frame, () => {
    const { name } = caught(clause);
    if (name) frame.scope.variables.set(name, error.object);
    return executeBlock(machine, clause.body, frame);
  });
}

function runGuarded(machine, node, frame) {
  try {
    return executeBlock(machine, node.block, frame);
  } catch (error) {
    return runHandler(machine, node, frame, error);
  }
}

/** try { } catch (e instanceof Class) { } finally { }; a return in finally wins. */
export function tryStatement(machine, node, frame) {
  let leaving = null;
  let pending = null;
  try {
    leaving = runGuarded(machine, node, frame);
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    pending = error;
  }
  const fromFinally = node.finalizer ? executeBlock(machine, node.finalizer, frame) : null;
  if (fromFinally) return fromFinally;
  if (pending) throw pending;
  return leaving;
}
