/** Which lines of a function hold a statement, for line coverage. */

const CHILDREN = ['body', 'consequent', 'alternate', 'cases', 'block', 'handler', 'finalizer', 'catches'];
const isCounted = ({ type }) => type !== 'BlockStatement' && /Statement$|^VariableDeclaration$/.test(type ?? '');

/** The line numbers (from 1) of the statements below a node. */
export function executableLines(node) {
  if (Array.isArray(node)) return node.flatMap(executableLines);
  if (!node || typeof node !== 'object') return [];
  const own = isCounted(node) && node.loc ? [node.loc.start.line] : [];
  return [...own, ...CHILDREN.flatMap((key) => executableLines(node[key]))];
}
