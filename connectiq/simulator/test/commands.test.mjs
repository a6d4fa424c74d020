/** The commands of widgetsim that run the widget. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { JUNGLE } from './device/lab.mjs';

const WIDGETSIM = path.join(import.meta.dirname, '../bin/widgetsim.mjs');
const runProgram = promisify(execFile);

/** Sends requests to `widgetsim serve` and gives the replies. */
async function serve(requests) {
  const server = spawn(process.execPath, [WIDGETSIM, 'serve', '--jungle', JUNGLE]);
  for (const [id, request] of requests.entries()) server.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
  server.stdin.end();
  const replies = [];
  for await (const line of readline.createInterface({ input: server.stdout })) replies.push(JSON.parse(line));
  return replies;
}

describe('serve', () => {
  it('drives several watches and answers with their state', async () => {
    const replies = await serve([
      { do: 'new', watch: 'a', device: 'fr245' },
      { do: 'new', watch: 'b' },
      { do: 'launch', watch: 'a' },
      { do: 'press', watch: 'a', key: 'menu' },
      { do: 'launch', watch: 'b' },
      { do: 'processes', watch: 'b' },
    ]);
    assert.deepEqual(
      replies.map(({ id, ok }) => [id, ok]),
      [0, 1, 2, 3, 4, 5].map((id) => [id, true]),
    );
    assert.equal(replies[3].state.menu.title, 'Probe');
    assert.deepEqual(replies[4].state.texts, ['Waiting']);
    assert.equal(replies[5].value.app.memory.limit, 768 * 1024);
  });

  it('tells crashes, gaps and what is not possible apart', async () => {
    const replies = await serve([
      { do: 'new', watch: 'a', profile: { memory: { app: 100 } } },
      { do: 'launch', watch: 'a' },
      { do: 'new', watch: 'b' },
      { do: 'press', watch: 'b', key: 'select' },
      { do: 'dance', watch: 'b' },
      { do: 'launch', watch: 'c' },
      { do: 'policy', watch: 'b', changes: { colour: 'red' } },
      { do: 'store', watch: 'b', key: 'mode', value: 'unknown' },
      { do: 'launch', watch: 'b' },
    ]);
    assert.deepEqual(
      replies.map(({ kind }) => kind),
      [undefined, 'crash', undefined, 'usage', 'usage', 'usage', 'usage', undefined, 'gap'],
    );
    assert.match(replies[1].error, /Out Of Memory Error/);
    assert.equal(replies[1].state.crash.kind, 'Out Of Memory Error');
  });
});

describe('serve', () => {
  it('answers whatever it is told', async () => {
    const server = spawn(process.execPath, [WIDGETSIM, 'serve', '--jungle', JUNGLE]);
    server.stdin.end('garbage\nnull\n{"id": 7, "do": "sheet", "watch": "", "watches": ["none"], "file": "x"}\n');
    const replies = [];
    for await (const line of readline.createInterface({ input: server.stdout })) replies.push(JSON.parse(line));
    assert.deepEqual(
      replies.map(({ id, kind }) => [id, kind]),
      [
        [null, 'usage'],
        [null, 'usage'],
        [7, 'usage'],
      ],
    );
  });

  it('refuses what means nothing', async () => {
    const replies = await serve([
      { do: 'new', watch: 'a', batery: 3 },
      { do: 'new', watch: 'a', profile: { colurs: 2 } },
      { do: 'new', watch: 'a', storageLimits: { bytes: 2 } },
      { do: 'new', watch: 'b', device: 'venu2' },
      { do: 'launch', watch: 'b' },
      { do: 'swipe', watch: 'b', direction: 'north' },
      { do: 'advance', watch: 'b' },
      { do: 'setClock', watch: 'b' },
    ]);
    assert.deepEqual(
      replies.map(({ kind }) => kind),
      ['usage', 'usage', 'usage', undefined, undefined, 'usage', 'usage', 'usage'],
    );
  });
});

describe('widgetsim', () => {
  it('shows its commands', async () => {
    const { stdout } = await runProgram(process.execPath, [WIDGETSIM, '--help']);
    for (const command of ['serve', 'test', 'check', 'size']) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    for (const wrong of [['dance'], ['toString'], ['test', '--nope'], ['test', '--jungle', 'none.jungle']]) {
      await assert.rejects(runProgram(process.execPath, [WIDGETSIM, ...wrong]), ({ code }) => code === 2);
    }
  });
});
