/** HTTPS: the phone trusts only what it knows. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { jsonAnswer, textsOn, watchOf } from './device/lab.mjs';

const pem = (name) => fs.readFileSync(path.join(import.meta.dirname, 'device/tls', name), 'utf8');
const CERTIFICATE = pem('certificate.pem');

let server;
before(async () => {
  const { headers, body } = jsonAnswer({ n: 1 });
  server = https.createServer({ key: pem('key.pem'), cert: CERTIFICATE }, (request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => server.close());

async function shownWith(policy, host = 'localhost') {
  const watch = watchOf('fenix7', { policy, settings: { url: `https://${host}:${server.address().port}` } });
  await watch.launch();
  watch.input.press('select');
  await watch.settle();
  return textsOn(watch)[0];
}

it('a certificate that nobody has signed gives -1001', async () => assert.equal(await shownWith({}), 'code -1001'));
it('a certificate that is trusted works', async () => assert.equal(await shownWith({ trust: CERTIFICATE }), 'n=1'));
