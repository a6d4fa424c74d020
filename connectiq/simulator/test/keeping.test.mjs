/** What the watch keeps: Storage, settings, content, and how it turns values into JSON. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MArray, MDictionary, MDouble, MFloat } from '../src/language/values.mjs';
import { parseJson, toJson } from '../src/http/json.mjs';
import { Content } from '../src/device/content.mjs';
import { contentIn } from '../src/device/contentnames.mjs';
import { fromPlain, storedBytes, toPlain } from '../src/device/serialisation.mjs';
import { Storage, StorageFull } from '../src/device/storage.mjs';
import { courseFit, watchOf, workoutFit } from './device/lab.mjs';

const GPX = Buffer.from(
  '<gpx><metadata><name>no</name></metadata><rte><name>Ridge &amp; lake</name><rtept lat="1" lon="2"><name>P</name>' +
    '</rtept></rte><trk><name>Loop</name></trk></gpx>',
);

describe('Storage', () => {
  it('copies values in and out', () => {
    const storage = new Storage();
    const list = new MArray([1]);
    storage.set('k', list);
    list.items.push(2);
    storage.get('k').items.push(3);
    assert.deepEqual(storage.toPlain(), { k: [1] });
  });

  it('is full when a value or all of them are too large, and then unchanged', () => {
    const storage = new Storage({ valueBytes: 50, totalBytes: 120 });
    assert.throws(() => storage.set('a', 'x'.repeat(60)), StorageFull);
    storage.set('a', 'x'.repeat(40));
    storage.set('a', 'y'.repeat(40));
    storage.set('b', 'x'.repeat(40));
    assert.throws(() => storage.set('c', 'x'.repeat(40)), StorageFull);
    assert.deepEqual(Object.keys(storage.toPlain()), ['a', 'b']);
    assert.equal(storage.usedBytes, 2 * (storedBytes('a') + storedBytes('x'.repeat(40))));
  });
});

describe('settings', () => {
  it('have the types of their properties', () => {
    const { properties } = watchOf('fenix7', { settings: { step: '7' } });
    assert.equal(properties.get('step'), 7);
    assert.throws(() => properties.setFromText('step', 'seven'), RangeError);
    assert.throws(() => properties.setFromText('nothing', ''), RangeError);
  });
});

describe('content', () => {
  it('is named by its file', () => {
    assert.deepEqual(contentIn('fit', courseFit('Hill')), [{ kind: 'Courses', name: 'Hill' }]);
    assert.deepEqual(contentIn('fit', workoutFit('4 x 4')), [{ kind: 'Workouts', name: '4 x 4' }]);
    assert.deepEqual(contentIn('gpx', GPX), [
      { kind: 'Routes', name: 'Ridge & lake' },
      { kind: 'Tracks', name: 'Loop' },
    ]);
    assert.deepEqual(contentIn('fit', Buffer.from('nonsense')), []);
    assert.deepEqual(contentIn('gpx', Buffer.from('<gpx>')), []);
  });

  it('is kept as the kinds that the device knows', () => {
    const kindsOf = (kinds) => new Content(kinds).add('gpx', GPX, 0).map(({ kind }) => kind);
    assert.deepEqual(kindsOf(['Tracks', 'Routes']), ['Routes', 'Tracks']);
    assert.deepEqual(kindsOf(['Courses']), ['Courses', 'Courses']);
    assert.deepEqual(kindsOf(['Workouts']), []);
  });
});

describe('JSON on the watch', () => {
  it('tells the kinds of numbers apart', () => {
    const { items } = parseJson('[1, 2147483648, -5, 0.5, 1e2, 1e300, null, "\\u00fc", true]');
    assert.equal(items[0], 1);
    assert.equal(items[1], 2147483648n);
    assert.ok(items[3] instanceof MFloat && items[4] instanceof MFloat);
    assert.ok(items[5] instanceof MDouble);
    assert.deepEqual(items.slice(6), [null, 'ü', true]);
  });

  it('is refused when it is wrong', () => {
    for (const text of ['', '{', '{"a" 1}', '[1,]', '01', '"a', '{"a":1}x', 'nul']) {
      assert.throws(() => parseJson(text), SyntaxError, text);
    }
  });

  it('is written again as it was', () => {
    const text = '{"a":[1,2147483648,0.5,"ü",null,true],"b":{}}';
    assert.equal(toJson(parseJson(text)), text);
    assert.throws(() => toJson(MDictionary.from([[1, 2]])), TypeError);
    assert.throws(() => toJson(new MFloat(Infinity)), TypeError);
  });

  it('goes to the test driver and back', () => {
    const value = { n: 1, big: 2 ** 40, part: 0.5, list: ['a', null, false] };
    assert.deepEqual(toPlain(fromPlain(value)), value);
  });
});
