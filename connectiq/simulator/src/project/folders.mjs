/** The files below a folder, in a stable order. */
import fs from 'node:fs';
import path from 'node:path';

const sorted = (names) => names.toSorted((a, b) => (a < b ? -1 : 1));

/** All files of an extension (with its dot) below a folder, or the file itself; none when there is no such path. */
export function filesBelow(place, extension) {
  if (!fs.existsSync(place)) return [];
  if (fs.statSync(place).isFile()) return place.endsWith(extension) ? [place] : [];
  return sorted(fs.readdirSync(place)).flatMap((name) => filesBelow(path.join(place, name), extension));
}
