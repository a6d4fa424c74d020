/** Something that is wrong: where (file relative to the project's folder, line) and what. */
export const finding = (file, line, message) => ({ file, line, message });

/** A finding out of an error whose message begins with 'file:line:column: '; the file is made relative to the folder. */
export function findingOf(error, relative) {
  const [, file, line, message] = /^(.*?):(\d+):\d+: ([\s\S]*)$/.exec(error.message) ?? [];
  if (!file) throw error;
  return finding(relative(file), Number(line), message);
}

/** Findings without those that say the same. */
export const unique = (found) => [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
