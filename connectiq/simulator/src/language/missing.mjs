/**
 * What happens when a symbol is not there.
 *
 * Code that the process did not load is an error as on the watch, with the reason in the message. A symbol that only the
 * simulator lacks is a Gap.
 */
import { lineage } from './classes.mjs';
import { MClass, MModule } from './declarations.mjs';
import { Gap } from './errors.mjs';
import { typeName } from './values.mjs';

function hiddenReason(machine, name) {
  const hidden = machine.hidden.get(name) ?? [];
  return hidden.length ? `; ${hidden.map((each) => each.reason).join('; ')}` : '';
}

/** The Toybox class or module whose unknown members are gaps of the simulator, if the owner is one or descends from one. */
function unmodelledOwner(machine, owner) {
  if (owner instanceof MModule) return owner.native && !owner.complete ? owner : null;
  if (!(owner instanceof MClass)) return null;
  for (const cls of lineage(machine, owner)) if (cls.native && !cls.complete) return cls;
  return null;
}

function importedGap(machine, frame, name) {
  if (!/^[A-Z][a-z]/.test(name)) return null;
  const modules = [...(frame.imports?.visible() ?? [])].filter(({ path }) => path[0] === 'Toybox' && path.length > 1);
  return modules.length ? modules.map(({ path }) => path.join('.')).join(', ') : null;
}

/** A member that an owner (module, class, or a value's class) does not have: throws. */
export function missingMember(machine, owner, name) {
  const reason = hiddenReason(machine, name);
  const gap = reason ? null : unmodelledOwner(machine, owner);
  if (gap) throw new Gap(`${gap.fullName}.${name} is not modelled by the simulator`, machine.trace());
  const where = owner?.fullName ?? typeName(owner);
  return machine.fatal('Symbol Not Found Error', `Could not find symbol '${name}' in ${where}${reason}`);
}

/** A plain name that stands for nothing: throws. */
export function missingName(machine, frame, name) {
  const reason = hiddenReason(machine, name);
  if (!reason) {
    const owner = unmodelledOwner(machine, frame.self?.cls);
    const modules = importedGap(machine, frame, name);
    if (owner) throw new Gap(`'${name}' is unknown, and not modelled in ${owner.fullName}`, machine.trace());
    if (modules) throw new Gap(`'${name}' is unknown, and not modelled in ${modules}`, machine.trace());
  }
  return machine.fatal('Symbol Not Found Error', `Could not find symbol '${name}'${reason}`);
}
