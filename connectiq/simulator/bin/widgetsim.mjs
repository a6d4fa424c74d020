#!/usr/bin/env node
/** widgetsim: runs a Connect IQ widget from its source. `widgetsim --help` lists the commands. */
const COMMANDS = {
  serve: 'a watch that is driven by JSON lines on standard input',
  test: 'run the (:test) functions',
  check: 'look for mistakes without running anything',
  size: 'estimate how much each process loads',
  pictures: 'draw the glance and screens of the widget',
};

function help() {
  const lines = Object.entries(COMMANDS).map(([name, what]) => `  ${name.padEnd(10)}${what}`);
  return ['usage: widgetsim COMMAND [OPTIONS]', ...lines, 'widgetsim COMMAND --help shows the options.'].join('\n');
}

/** Mistakes in the options or in the project are told in one line; the rest is a mistake of the simulator. */
function failed(error) {
  const isPlain =
    error instanceof SyntaxError || error instanceof RangeError || /^(ERR_PARSE_ARGS|ENOENT)/.test(error.code);
  console.error(isPlain ? `widgetsim: ${error.message}` : error);
  return 2;
}

const [command, ...options] = process.argv.slice(2);
if (command === undefined || command === '--help') {
  console.log(help());
  process.exitCode = command ? 0 : 2;
} else if (!(command in COMMANDS)) {
  console.error(`widgetsim has no command '${command}'\n${help()}`);
  process.exitCode = 2;
} else {
  const { run, usage } = await import(`../src/commands/${command}.mjs`);
  if (options.includes('--help')) console.log(`usage: widgetsim ${usage}`);
  else process.exitCode = await run(options).catch(failed);
}
