// Functions that declare a result return one on every way through them: what a function without `return` gives is undefined.
import { lineOf, walk } from '../language/syntaxtree.mjs';
import { finding } from './finding.mjs';

/** Errors of functions whose end can be reached although they declare a result. */
export function checkReturns(files) {
  return files.flatMap(({ path: file, ast }) => {
    const found = [];
    walk(ast, (node) => {
      if (node.type !== 'FunctionDeclaration' || !declaresResult(node) || !canEnd(node.body)) return;
      found.push(finding(file, lineOf(node), `${node.id.name} does not return a value on every way through it`));
    });
    return found;
  });
}

function declaresResult({ returnType }) {
  const types = returnType?.argument?.ts ?? [];
  return types.length > 0 && !types.some(({ name }) => name === 'Void' || name?.name === 'Void');
}

/** Whether control can go on after a statement. */
function canEnd(statement) {
  switch (statement?.type) {
    case 'ReturnStatement':
    case 'ThrowStatement':
      return false;
    case 'BlockStatement':
      return statement.body.every(canEnd);
    case 'IfStatement':
      return !statement.alternate || canEnd(statement.consequent) || canEnd(statement.alternate);
    case 'WhileStatement':
    case 'DoWhileStatement':
      return !isForever(statement);
    case 'SwitchStatement':
      return switchCanEnd(statement);
    case 'TryStatement':
      return tryCanEnd(statement);
    default:
      return true;
  }
}

const isForever = ({ test, body }) => test.type === 'Literal' && test.value === true && !hasBreak(body);

/** A break that belongs to this statement, not to one inside it. */
function hasBreak(statement) {
  let found = false;
  walk(statement, (node) => {
    if (node.type === 'BreakStatement') found = true;
    return !/^(While|DoWhile|For|Switch)Statement$/.test(node.type);
  });
  return found;
}

/** A switch is left at its end unless it has a default, no break, and its last case does not go on. */
function switchCanEnd({ cases }) {
  const statements = cases.flatMap(({ consequent }) => consequent);
  if (!cases.some(({ test }) => !test) || statements.some(hasBreak)) return true;
  return cases.at(-1).consequent.every(canEnd);
}

function tryCanEnd({ block, handler, finalizer }) {
  if (finalizer && !canEnd(finalizer)) return false;
  const clauses = handler?.catches ?? (handler ? [handler] : []);
  return canEnd(block) || clauses.some(({ body }) => canEnd(body));
}
