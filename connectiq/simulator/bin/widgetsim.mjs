#!/usr/bin/env node
/** widgetsim: runs a Connect IQ widget from its source. `widgetsim --help` lists the commands. */
import path from 'node:path';

const COMMANDS = {
  serve: 'a watch that is driven by JSON lines on standard input',
  test: 'run the (:test) functions',
  check: 'look for mistakes without running anything',
  size: 'estimate how much each process loads',
};

function help() {
  const lines = Object.entries(COMMANDS).map(([name, what]) => `  ${name.padEnd(10)}${what}`);
  return ['usage: widgetsim COMMAND [OPTIONS]', ...lines, 'widgetsim COMMAND --help shows the options.'].join('\n');
}

async function execute(command, options) {
  const { run, usage } = await import(`../src/commands/${command}.mjs`);
  if (!options.includes('--help')) return run(options);
  console.log(`usage: widgetsim ${usage}`);
  return 0;
}

/** What can be said in a line: mistakes in the options or in the project, packages that are not there. */
function plainMessage({ constructor, code = '', message }) {
  if (code === 'ERR_MODULE_NOT_FOUND' && /^Cannot find package/.test(message)) {
    return `${message}; run 'npm ci' in ${path.resolve(import.meta.dirname, '..')}`;
  }
  const isPlain = constructor === SyntaxError || constructor === RangeError || /^(ERR_PARSE_ARGS|ENOENT)/.test(code);
  return isPlain ? message : null;
}

/** The rest is a mistake of the simulator, which is told with all there is. */
function failed(error) {
  const message = plainMessage(error);
  console.error(message ? `widgetsim: ${message}` : error);
  return 2;
}

const [command, ...options] = process.argv.slice(2);
if (command === undefined || command === '--help') {
  console.log(help());
  process.exitCode = command ? 0 : 2;
} else if (!Object.hasOwn(COMMANDS, command)) {
  console.error(`widgetsim has no command '${command}'\n${help()}`);
  process.exitCode = 2;
} else {
  process.exitCode = await execute(command, options).catch(failed);
}
