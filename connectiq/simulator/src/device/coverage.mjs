/** Which lines of the widget have run, and which quirks they showed, over many processes. */

export class Coverage {
  /** 'file:line' of what ran, and the lines by file that could. */
  covered = new Set();
  lines = new Map();
  /** What ran although it is not portable: 'id|place' to {id, message, place}. */
  quirks = new Map();

  /** Adds what a machine, or another coverage, has seen so far. */
  add({ covered, lines, quirks }) {
    for (const place of covered) this.covered.add(place);
    for (const [key, quirk] of quirks) this.quirks.set(key, quirk);
    for (const [file, numbers] of lines) {
      const known = this.lines.get(file) ?? new Set();
      for (const number of numbers) known.add(number);
      this.lines.set(file, known);
    }
  }

  /** By file: how many lines could run, and those that did not. */
  report() {
    const files = [...this.lines].sort(([one], [other]) => one.localeCompare(other));
    return Object.fromEntries(
      files.map(([file, numbers]) => {
        const missed = [...numbers].filter((number) => !this.covered.has(`${file}:${number}`)).sort((a, b) => a - b);
        return [file, { lines: numbers.size, missed }];
      }),
    );
  }
}
