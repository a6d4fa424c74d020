// The formatter of Monkey C: @markw65/prettier-plugin-monkeyc, and what it leaves to a part of Prettier that newer versions
// no longer have, the bodies of enumerations. Used by .prettierrc.json for *.mc.
import { doc } from 'prettier';
import plugin from '@markw65/prettier-plugin-monkeyc';

const { hardline, indent, join } = doc.builders;

const ENUMERATIONS = {
  EnumStringBody: (path, inner) => [
    '{',
    indent([hardline, join([',', hardline], path.map(inner, 'members'))]),
    hardline,
    '}',
  ],
  EnumStringMember: (path, inner) => [path.call(inner, 'id'), ' = ', path.call(inner, 'init')],
};

function print(path, options, printPath, ...rest) {
  const own = ENUMERATIONS[path.node?.type];
  return own ? own(path, printPath) : plugin.printers.monkeyc.print(path, options, printPath, ...rest);
}

/** The plugin puts its printer into the options before it parses: ours goes on top of it. */
async function preprocess(text, options) {
  const prepared = await plugin.parsers.monkeyc.preprocess(text, options);
  options.printer.print = print;
  return prepared;
}

export const { languages, options, printers } = plugin;
export const parsers = { ...plugin.parsers, monkeyc: { ...plugin.parsers.monkeyc, preprocess } };
