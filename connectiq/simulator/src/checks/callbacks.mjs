// Callbacks take what the platform hands them: the type checker sees a Method and not which one.
import { dottedPath, lineOf, walk } from '../language/syntaxtree.mjs';
import { finding } from './finding.mjs';

const ANSWER = ['Dictionary', 'String', 'Iterator', 'Null'];

/** Function to the place of its callback and what each parameter must accept (Garmin's API reference). */
const TAKES_CALLBACK = {
  makeWebRequest: { argument: 3, parameters: [['Number'], ANSWER] },
  start: { argument: 0, parameters: [] },
};

/** Errors of method(:name) and new Method(module, :name) that are handed to makeWebRequest or Timer.start. */
export function checkCallbacks({ files, declarations }) {
  return files.flatMap(({ path: file, ast }) => {
    const found = [];
    walk(ast, (node) => {
      const expected = node.type === 'CallExpression' && TAKES_CALLBACK[dottedPath(node.callee)?.at(-1)];
      const name = expected && callbackName(node.arguments[expected.argument]);
      if (!name) return;
      const candidates = functionsNamed(name, declarations.root).filter((one) => one.file === file);
      for (const { code } of candidates) {
        const message = mismatch(code, expected);
        if (message)
          found.push(finding(file, lineOf(code), `${name} is a callback of ${node.callee.property.name}: ${message}`));
      }
    });
    return found;
  });
}

function callbackName(argument) {
  const symbol = argument?.arguments?.findLast(({ type, operator }) => type === 'UnaryExpression' && operator === ':');
  return symbol?.argument.name;
}

function functionsNamed(name, declaration) {
  const own = declaration.kind === 'function' && declaration.name === name ? [declaration] : [];
  return [...own, ...[...declaration.members.values()].flatMap((member) => functionsNamed(name, member))];
}

function mismatch({ params }, { parameters }) {
  if (params.length !== parameters.length) return `it takes ${params.length} parameters`;
  const wrong = params.findIndex((param, i) => !accepts(param, parameters[i]));
  return wrong < 0 ? null : `its parameter ${wrong + 1} must accept ${parameters[wrong].join(', ')}`;
}

/** Whether a parameter's type covers all of these; one without a type, or Object, covers everything but null. */
function accepts(param, types) {
  if (!param.right) return true;
  const names = new Set(param.right.ts.map(({ name }) => name?.property?.name ?? name?.name ?? name));
  return types.every((type) => names.has(type) || (names.has('Object') && type !== 'Null'));
}
