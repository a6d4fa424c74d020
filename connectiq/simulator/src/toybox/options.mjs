/** Arguments that many Toybox functions share: dictionaries of options, permissions, plain numbers. */
import { Gap } from '../language/errors.mjs';
import { takes } from '../language/natives.mjs';
import { MDictionary, MSymbol, isNumeric, toNumberValue, toText, typeName } from '../language/values.mjs';

/** The value under a symbol in a dictionary of options; the fallback when there is none. */
export function option(options, name, fallback = null) {
  if (!(options instanceof MDictionary)) return fallback;
  return options.get(MSymbol.of(name)) ?? fallback;
}

/** An option that is not modelled is a gap: a watch may do something with it, or pass over a typing error. */
export function refuseOtherOptions(machine, options, names) {
  for (const [key] of options?.entries() ?? []) {
    if (!(key instanceof MSymbol) || !names.includes(key.name)) {
      throw new Gap(
        `the option ${key instanceof MSymbol ? `:${key.name}` : toText(key)} is not modelled`,
        machine.trace(),
      );
    }
  }
}

/** The manifest must ask for a permission, else the watch ends the app. */
export function requirePermission(machine, process, permission) {
  if (!process.project.manifest.permissions.includes(permission)) {
    machine.fatal('Permission Required Error', `the manifest does not ask for ${permission}`);
  }
}

/** JavaScript numbers of numeric arguments. @throws {DeviceError} for anything else */
export function numbers(machine, values) {
  return values.map((value) => {
    if (!isNumeric(value)) machine.fatal('Unexpected Type Error', `expected a number, given ${typeName(value)}`);
    return toNumberValue(value);
  });
}

/** Methods that do nothing, for classes that an app overrides. @param {Object<string, number>} counts of their parameters */
export const emptyMethods = (counts) =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, takes(count, () => null)]));

/** Methods without parameters that decline, for input delegates. */
export const decliningMethods = (...names) => Object.fromEntries(names.map((name) => [name, takes(0, () => false)]));
