/** Names that mean nothing here are mistakes of the driver, which would otherwise pass for something tested. */

/** @throws {RangeError} when an object has a member of another name @param {string} what the names are called */
export function refuseStrangers(what, object, names) {
  const stranger = Object.keys(object).find((name) => !names.includes(name));
  if (stranger !== undefined) throw new RangeError(`'${stranger}' is no ${what}; there are ${names.join(', ')}`);
}
