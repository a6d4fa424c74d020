/** The commands of widgetsim that run the widget. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
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

  it('tells crashes from what is not possible', async () => {
    const replies = await serve([
      { do: 'new', watch: 'a', profile: { memory: { app: 100 } } },
      { do: 'launch', watch: 'a' },
      { do: 'new', watch: 'b' },
      { do: 'press', watch: 'b', key: 'select' },
      { do: 'dance', watch: 'b' },
      { do: 'launch', watch: 'c' },
      { do: 'policy', watch: 'b', changes: { colour: 'red' } },
    ]);
    assert.deepEqual(
      replies.map(({ kind }) => kind),
      [undefined, 'crash', undefined, 'usage', 'usage', 'usage', 'usage'],
    );
    assert.match(replies[1].error, /Out Of Memory Error/);
    assert.equal(replies[1].state.crash.kind, 'Out Of Memory Error');
  });
});

describe('widgetsim', () => {
  it('shows its commands', async () => {
    const { stdout } = await runProgram(process.execPath, [WIDGETSIM, '--help']);
    for (const command of ['serve', 'test', 'check', 'size', 'pictures'])
      assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    for (const wrong of [['dance'], ['pictures'], ['test', '--nope'], ['test', '--jungle', 'none.jungle']]) {
      await assert.rejects(runProgram(process.execPath, [WIDGETSIM, ...wrong]), ({ code }) => code === 2);
    }
  });

  it('draws pictures', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'widgetsim-'));
    const options = ['--jungle', JUNGLE, '--out', folder, '--device', 'fr245', '--keys', 'menu'];
    await runProgram(process.execPath, [WIDGETSIM, 'pictures', ...options]);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['fr245-1-menu.png', 'fr245-glance.png', 'fr245-start.png']);
    fs.rmSync(folder, { recursive: true });
  });
});
