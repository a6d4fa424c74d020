// Every part of Toybox that the source uses is known to typing/ and modelled by the simulator, so that no test can meet a Gap.
import { lineOf, walk } from '../language/syntaxtree.mjs';
import { finding } from './finding.mjs';
import { toyboxUses } from './manifest.mjs';

/**
 * Errors of what the source uses of Toybox.
 * @param {object} project
 * @param {import('../language/machine.mjs').Machine[]} machines with all of Toybox installed, one for each watch that the
 *   simulator can be: what no watch has is an error
 */
export function checkToybox(project, machines) {
  const named = toyboxUses(project).flatMap(({ names, file, line }) => {
    const api = unknownIn(names, (node, name) => node.members?.get(name), project.api.root);
    if (api) return [finding(file, line, `${api} is unknown: a typing error, or typing/ lacks it`)];
    const lacking = machines.map((machine) => unknownIn(names, staticMember, machine.global));
    return lacking.every(Boolean) ? [finding(file, line, `${lacking[0]} is not modelled by the simulator`)] : [];
  });
  return [...named, ...missingMethods(project, machines), ...silentMethods(project, machines)];
}

/** The shortest beginning of a path that leads nowhere, or null. What is below a constant or an object is not looked at. */
function unknownIn(names, member, root) {
  let node = root;
  for (const [i, name] of names.entries()) {
    if (!isContainer(node)) return null;
    node = member(node, name);
    if (node === undefined) return names.slice(0, i + 1).join('.');
  }
  return null;
}

const isContainer = (node) => node?.kind === 'module' || node?.kind === 'class';

function staticMember(node, name) {
  if (node.kind === 'module') return node.members.get(name);
  for (let cls = node; cls; cls = cls.superclass) {
    const found = cls.statics.get(name) ?? cls.methods.get(name);
    if (found !== undefined) return found;
  }
  return node.name === name || name === 'initialize' ? true : undefined;
}

/** Methods of objects: of every class, those whose name the source calls. */
function missingMethods({ api, files }, machines) {
  const called = new Map();
  for (const { path: file, ast } of files) {
    walk(ast, ({ type, callee }) => {
      if (type !== 'CallExpression' || callee.type !== 'MemberExpression' || callee.computed) return;
      if (!called.has(callee.property.name)) called.set(callee.property.name, { file, line: lineOf(callee) });
    });
  }
  return classesOf(api.root, []).flatMap(({ names, cls }) =>
    [...cls.members]
      .filter(([name, { kind }]) => kind === 'function' && called.has(name))
      .filter(([name]) => !machines.some((machine) => hasMethod(machine, names, name)))
      .map(([name]) => {
        const { file, line } = called.get(name);
        return finding(
          file,
          line,
          `${names.join('.')}.${name} may be called here and is not modelled by the simulator`,
        );
      }),
  );
}

/** Methods that a watch would call on an object of ours: here nothing would ever run them. */
function silentMethods({ api, declarations }, machines) {
  return declarations.classes.flatMap((cls) => {
    const toybox = declarations.toyboxSuperclass(cls, api);
    const names = new Set(toybox ? api.memberNames(toybox) : []);
    return [...cls.members.values()]
      .filter(({ kind, name }) => kind === 'function' && names.has(name))
      .filter(({ name }) => !machines.some((machine) => hasMethod(machine, toybox, name)))
      .map(({ fullName, line }) => finding(cls.file, line, `${fullName} is called by watches, never by the simulator`));
  });
}

function classesOf(node, path) {
  return [...node.members].flatMap(([name, member]) => {
    const names = [...path, name];
    return [...(member.kind === 'class' ? [{ names, cls: member }] : []), ...classesOf(member, names)];
  });
}

/** Whether the simulator's class has a method; true for classes that it has no need of. */
function hasMethod(machine, names, name) {
  const found = names.reduce((node, part) => node && staticMember(node, part), machine.global);
  if (found?.kind !== 'class') return true;
  for (let cls = found; cls; cls = cls.superclass) if (cls.methods.has(name)) return true;
  return false;
}
