/**
 * What a function's declaration promises: the count of its parameters, and their simple types.
 *
 * A watch checks only the count. A value of another type than declared is recorded as a quirk, because strict type checking
 * would refuse what can lead to it. Only single non-null names of Lang's value types are looked at.
 */
import { typeName } from './values.mjs';

const CHECKED = new Set('Number Long Float Double Boolean String Char Symbol Array Dictionary Method'.split(' '));

/** The type name that a declaration promises, or null when it promises nothing that is cheap to check. */
export function declaredType(typeNode) {
  if (typeNode?.type !== 'TypeSpecList' || typeNode.ts.length !== 1) return null;
  const { name } = typeNode.ts[0];
  const plain = name?.type === 'MemberExpression' && name.object.name === 'Lang' ? name.property.name : name?.name;
  return CHECKED.has(plain) ? plain : null;
}

/** A watch passes at most this many arguments. */
const MOST_ARGUMENTS = 10;

/** A wrong count of arguments is a device error; for a native function only when it says its count. */
export function checkArity(machine, fn, args) {
  const [least, declared] = fn.arity ?? [0, MOST_ARGUMENTS];
  const most = Math.min(declared, MOST_ARGUMENTS);
  if (args.length >= least && args.length <= most) return;
  const kind = args.length > most ? 'Too Many Arguments Error' : 'Too Few Arguments Error';
  const expected = least === most ? least : `${least} to ${most}`;
  machine.fatal(kind, `${fn.fullName} takes ${expected}, given ${args.length}`);
}

/** Record each argument whose type is not the declared one. */
export function checkParameters(machine, fn, args) {
  fn.parameterTypes.forEach((declared, i) => {
    if (declared && typeName(args[i]) !== declared)
      machine.quirk(
        'parameter-type',
        `${fn.parameters[i]} of ${fn.fullName} is ${declared}, given ${typeName(args[i])}`,
      );
  });
}

/** Record a result whose type is not the declared one. */
export function checkReturn(machine, fn, result) {
  if (fn.returnType && typeName(result) !== fn.returnType)
    machine.quirk('return-type', `${fn.fullName} returns ${fn.returnType}, gave ${typeName(result)}`);
}
