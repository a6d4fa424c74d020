/** makeWebRequest over real HTTP, with the phone's rules. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { requestsOf } from '../src/device/state.mjs';
import { Gap } from '../src/language/errors.mjs';
import { MDictionary, MSymbol } from '../src/language/values.mjs';
import { faultOf } from '../src/http/policy.mjs';
import { courseFit, jsonAnswer, startServer, textsOn, watchOf } from './device/lab.mjs';

let server;
before(async () => (server = await startServer()));
after(() => server.close());
beforeEach(() => {
  server.seen.length = 0;
  server.answer = jsonAnswer({ n: 5 });
});

/** The code that the widget gets for the server's answer, or the text it makes of a good one. */
async function shownFor(policy = {}, { device = 'fenix7', act = (input) => input.press('select'), ...options } = {}) {
  const watch = watchOf(device, { policy: { ...server.policy, ...policy }, ...options });
  await watch.launch();
  act(watch.input);
  await watch.settle();
  return textsOn(watch)[0];
}

const askForCourse = (input) => {
  input.press('menu');
  input.choose('Course');
};

describe('requests', () => {
  it('reach the server with parameters in the URL and the headers', async () => {
    assert.equal(await shownFor(), 'n=5');
    assert.equal(server.seen[0].url, '/files?max=400');
    assert.equal(server.seen[0].headers.authorization, 'Bearer token');
  });

  it('carry JSON', async () => {
    const act = (input) => {
      input.press('menu');
      input.choose('Post');
    };
    assert.equal(await shownFor({}, { act }), 'posted 200');
    assert.equal(server.seen[0].body, '{"n":1,"f":1.5}');
    assert.equal(server.seen[0].headers['content-type'], 'application/json');
  });

  it('need HTTPS', async () => {
    assert.equal(await shownFor({}, { settings: { url: server.url } }), 'code -1001');
    assert.equal(server.seen.length, 0);
  });

  it('need a phone', async () => assert.equal(await shownFor({ phoneConnected: false }), 'code -104'));
  it('may not be too long', async () => assert.equal(await shownFor({ maxRequestBytes: 20 }), 'code -102'));

  it('may not be too many at once', async () => {
    const watch = watchOf('fenix7', { policy: { ...server.policy, maxOutstanding: 1 } });
    await watch.launch();
    watch.input.press('select');
    watch.input.press('select');
    await watch.settle();
    assert.deepEqual(
      requestsOf(watch).map(({ code }) => code),
      [200, -101],
    );
  });
});

describe('answers', () => {
  const cases = {
    'of another content type': [jsonAnswer('<html>', { type: 'text/html' }), -400],
    'with a charset': [jsonAnswer({ n: 1 }, { type: 'application/json; charset=utf-8' }), -400],
    'that are empty': [{ status: 200, body: '', headers: { 'Content-Type': 'application/json' } }, -400],
    'that are arrays': [jsonAnswer([1]), -400],
    'that are no JSON': [jsonAnswer('{"n":'), -400],
    'longer than the phone takes': [jsonAnswer({ n: 'x'.repeat(9000) }), -402],
    'that break off': [
      { ...jsonAnswer('{'), headers: { 'Content-Type': 'application/json', 'Content-Length': 90 } },
      -1004,
    ],
    'with an error status': [jsonAnswer({ error: 'not_found' }, { status: 404 }), 404],
  };
  for (const [name, [answer, code]] of Object.entries(cases)) {
    it(`${name} give ${code}`, async () => {
      server.answer = answer;
      assert.equal(await shownFor(), `code ${code}`);
    });
  }

  it('that need more memory than is free give -403', async () => {
    server.answer = jsonAnswer({ n: 'x'.repeat(8000) });
    assert.equal(await shownFor({}, { profile: { memory: { app: 20_000 } } }), 'code -403');
  });

  it('that do not come give -300', async () => {
    server.answer = null;
    assert.equal(await shownFor({ timeoutMs: 80 }), 'code -300');
  });

  it('of a server that is not there give -300', async () => {
    assert.equal(await shownFor({ rewrite: { 'https://gateway.example': 'http://127.0.0.1:9' } }), 'code -300');
  });

  it('of errors may be hidden', async () => {
    server.answer = jsonAnswer({ error: 'gone' }, { status: 410 });
    assert.equal(await shownFor({ errors: 'hidden' }), 'code 0');
    assert.equal(await shownFor({ errors: 'bodyless' }), 'code 410');
  });
});

describe('a request', () => {
  const GET = { method: 1, responseType: 0 };

  /** Makes a request as the widget would. */
  function ask(watch, options, headers = {}) {
    const { machine } = watch.app;
    const dictionary = MDictionary.from(Object.entries({ ...GET, ...options }).map(([k, v]) => [MSymbol.of(k), v]));
    dictionary.set(MSymbol.of('headers'), MDictionary.from(Object.entries(headers)));
    const callback = machine.callMethod(watch.app.views.top.delegate, 'method', [MSymbol.of('onAnswer')]);
    const args = ['https://gateway.example/x', null, dictionary, callback];
    watch.app.run('asking', () => machine.callMethod(machine.resolve('Toybox.Communications'), 'makeWebRequest', args));
  }
  const cancelAll = ({ app: { machine } }) =>
    machine.callMethod(machine.resolve('Toybox.Communications'), 'cancelAllRequests', []);

  async function opened(policy = {}) {
    const watch = watchOf('fenix7', { policy: { ...server.policy, ...policy } });
    await watch.launch();
    return watch;
  }

  it('that is cancelled is answered once, with -1003', async () => {
    server.answer = null;
    const watch = await opened({ timeoutMs: 60 });
    ask(watch);
    cancelAll(watch);
    await watch.settle();
    watch.storage.delete('shown');
    await new Promise((resolve) => setTimeout(resolve, 120));
    await watch.settle();
    assert.equal(watch.storage.get('shown'), null);
    assert.equal(requestsOf(watch)[0].code, -1003);
  });

  it('that never completes is not heard of again when it is cancelled', async () => {
    const watch = await opened({ nativeNeverCompletes: true });
    ask(watch, { responseType: 3 });
    cancelAll(watch);
    await watch.settle();
    assert.equal(watch.app.outstanding.size, 0);
    assert.equal(requestsOf(watch)[0].code, null);
  });

  it('for a file crashes with a request content type', async () => {
    const watch = await opened();
    assert.throws(() => ask(watch, { responseType: 3 }, { 'Content-Type': 1 }), { kind: 'System Error' });
  });

  it('with a content type in words gives -200', async () => {
    const watch = await opened();
    ask(watch, {}, { 'Content-Type': 'application/json' });
    await watch.settle();
    assert.deepEqual(textsOn(watch), ['code -200']);
  });

  it('with a body that is not JSON is a gap', async () => {
    const watch = await opened();
    assert.throws(() => ask(watch, { method: 3 }), { constructor: Gap });
  });
});

describe('faults', () => {
  it('can lose a request before the server sees it', async () => {
    assert.equal(await shownFor({ faults: [{ at: 0, kind: 'request-lost' }] }), 'code -300');
    assert.equal(server.seen.length, 0);
  });

  it('can lose the answer after the server has worked', async () => {
    assert.equal(await shownFor({ faults: [{ at: 0, kind: 'answer-lost', code: -2 }] }), 'code -2');
    assert.equal(server.seen.length, 1);
  });

  it('hit the request that the URL names', async () => {
    assert.equal(await shownFor({ faults: [{ match: '/other', kind: 'code', code: -1 }] }), 'n=5');
    assert.equal(await shownFor({ faults: [{ match: '/files', kind: 'code', code: -1 }] }), 'code -1');
  });

  it('count the requests that the URL names', () => {
    const fault = { at: 0, match: '/a' };
    assert.equal(faultOf([fault], ['/a', '/b']), undefined);
    assert.equal(faultOf([{ ...fault, at: 1 }], ['/a', '/b', '/a']).at, 1);
  });

  it('can end the process without a word', async () => {
    for (const kind of ['request-lost', 'answer-lost']) {
      const faults = [{ at: 0, kind, kill: true }];
      const watch = watchOf('fenix7', { policy: { ...server.policy, faults } });
      await watch.launch();
      watch.input.press('select');
      await watch.settle();
      assert.equal(watch.app.ended, 'killed');
      assert.deepEqual(watch.app.printed, ['start']);
      await watch.launch();
      assert.equal(watch.app.ended, null);
    }
    assert.equal(server.seen.length, 1);
  });

  it('of an unknown kind are refused', () => {
    assert.throws(() => watchOf('fenix7', { policy: { faults: [{ kind: 'rain' }] } }), RangeError);
  });
});

describe('FIT and GPX', () => {
  const fit = (body) => ({ body, headers: { 'Content-Type': 'application/fit', 'Content-Length': body.length } });

  it('become content under the name that is in the file', async () => {
    server.answer = fit(courseFit('Lake loop'));
    assert.equal(await shownFor({}, { act: askForCourse }), 'got Lake loop');
  });

  it('that are there already give nothing', async () => {
    server.answer = fit(courseFit('Lake loop'));
    assert.equal(await shownFor({ contentAlreadyThere: true }, { act: askForCourse }), 'code 200');
  });

  it('that do not fit give -1000', async () => {
    server.answer = fit(courseFit('Lake loop'));
    assert.equal(await shownFor({ contentFreeBytes: 10 }, { act: askForCourse }), 'code -1000');
  });

  it('need a Content-Length', async () => {
    server.answer = { body: courseFit('x'), headers: { 'Content-Type': 'application/fit' } };
    assert.equal(await shownFor({}, { act: askForCourse }), 'code -401');
  });

  it('may never complete', async () => {
    assert.equal(await shownFor({ nativeNeverCompletes: true }, { act: askForCourse }), 'Waiting');
  });

  it('that the device has no place for are dropped', async () => {
    server.answer = fit(courseFit('Lake loop'));
    assert.equal(await shownFor({}, { act: askForCourse, device: 'venu2' }), 'code 200');
  });
});
