// Walking the syntax trees of @markw65/prettier-plugin-monkeyc. Types are not code: they are left out.

const NOT_CODE = new Set(['loc', 'range', 'start', 'end', 'comments', 'returnType', 'attrs', 'origins']);
const isType = (node) => /^(TypeSpec|AsTypeSpec)/.test(node.type ?? '');

/** The nodes directly below a node that are code. */
export function children(node) {
  return Object.entries(node)
    .filter(([key]) => !NOT_CODE.has(key))
    .flatMap(([, part]) => part)
    .filter((part) => part && typeof part === 'object' && part.type && !isType(part));
}

/** Calls `visit` with a node and all below it, until it returns false for one, whose inside is then skipped. */
export function walk(node, visit) {
  if (visit(node) === false) return;
  for (const child of children(node)) walk(child, visit);
}

/** The names of a.b.c when it is nothing but names, else null. */
export function dottedPath(node) {
  if (node.type === 'Identifier') return [node.name];
  if (node.type === 'ThisExpression') return ['self'];
  if (node.type !== 'MemberExpression' || node.computed) return null;
  const object = dottedPath(node.object);
  return object && [...object, node.property.name];
}

const annotationName = (node) => (node.callee?.name ?? node.argument?.name ?? '').replace(/^:/, '');

/** The names of a declaration's annotations: (:background, :glance). */
export const annotationsOf = (node) => (node.attrs?.attributes?.elements ?? []).map(annotationName).filter(Boolean);

/** The line of a node. */
export const lineOf = (node) => node.loc?.start.line ?? 1;

/** The names that code declares for itself: parameters, local variables and what catch clauses catch. */
export function localNames(node) {
  const names = new Set();
  const add = (id) => names.add((id.left ?? id).name);
  for (const parameter of node.params ?? []) add(parameter);
  walk(node.body ?? node, (inner) => {
    if (inner.type === 'VariableDeclarator') add(inner.id);
    if (inner.type === 'CatchClause' && inner.param) add(inner.param);
  });
  return names;
}
