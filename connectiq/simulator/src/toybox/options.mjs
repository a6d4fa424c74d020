/** Arguments that many Toybox functions share: dictionaries of options, permissions, plain numbers. */
import { MDictionary, MSymbol, isNumeric, toNumberValue, typeName } from '../language/values.mjs';

/** The value under a symbol in a dictionary of options; the fallback when there is none. */
export function option(options, name, fallback = null) {
  if (!(options instanceof MDictionary)) return fallback;
  return options.get(MSymbol.of(name)) ?? fallback;
}

/** A symbol the API does not know would be ignored or refused by the watch: here it is an exception. */
export function refuseOtherOptions(machine, options, names) {
  for (const [key] of options?.entries() ?? []) {
    if (!(key instanceof MSymbol) || !names.includes(key.name)) {
      machine.throwException('Toybox.Lang.InvalidOptionsException', `there is no option ${key.name ?? key}`);
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

/** Methods that do nothing, for classes that an app overrides. */
export const emptyMethods = (...names) => Object.fromEntries(names.map((name) => [name, () => null]));

/** Methods that decline, for input delegates. */
export const decliningMethods = (...names) => Object.fromEntries(names.map((name) => [name, () => false]));
