/** Drawn screens: what can be read on them, and the pictures made of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROFILES, profileOf } from '../src/device/profiles.mjs';
import { Canvas } from '../src/pictures/canvas.mjs';
import { shownColour } from '../src/pictures/colours.mjs';
import { fontOf, shorten, wrap } from '../src/pictures/fonts.mjs';
import { clipped, overlapping, textsOf } from '../src/pictures/inspection.mjs';
import { pictureOf } from '../src/pictures/png.mjs';
import { sheetOf } from '../src/pictures/sheet.mjs';
import { watchOf } from './device/lab.mjs';

const MIDDLE = 5;
const SMALL = 2;
const PNG = '89504e470d0a1a0a';

/** A canvas of a device, and the quirks that drawing on it gave. */
function canvasOf(device, kind = 'app') {
  const quirks = [];
  const profile = profileOf(device);
  const process = { kind, machine: { quirk: (id, message) => quirks.push({ id, message }) } };
  return { canvas: new Canvas(profile, profile.width, profile.height, process), quirks, profile };
}

function clippedAt(device, x, y, text = 'Wristgate') {
  const { canvas } = canvasOf(device);
  canvas.text(x, y, SMALL, text, MIDDLE);
  return clipped(canvas.frame('V')).length > 0;
}

describe('a text is clipped', () => {
  it('near the edge of a round screen', () => {
    assert.equal(clippedAt('fenix7', 130, 130), false);
    assert.equal(clippedAt('fenix7', 130, 12), true);
    assert.equal(clippedAt('fenix7', 130, 130, 'A very long text that nobody can read'), true);
  });

  it('at the corners of a rectangle only outside of it', () => {
    assert.equal(clippedAt('venusq2', 80, 20), false);
    assert.equal(clippedAt('venusq2', 20, 20), true);
  });

  it('under the window of the Instinct, but not inside of it', () => {
    assert.equal(clippedAt('instinct2', 88, 110), false);
    assert.equal(clippedAt('instinct2', 110, 40), true);
    assert.equal(clippedAt('instinct2', 144, 31, '12'), false);
  });
});

describe('texts', () => {
  it('overlap when their ink meets', () => {
    const { canvas, profile } = canvasOf('fenix7');
    canvas.text(130, 100, SMALL, 'one', MIDDLE);
    canvas.text(130, 100 + profile.fonts[SMALL], SMALL, 'two', MIDDLE);
    assert.deepEqual(overlapping(canvas.frame('V')), []);
    canvas.text(130, 108, SMALL, 'three', MIDDLE);
    assert.deepEqual(overlapping(canvas.frame('V')), [['one', 'three']]);
  });

  it('are gone after clear()', () => {
    const { canvas } = canvasOf('fenix7');
    canvas.text(130, 100, SMALL, 'old', MIDDLE);
    canvas.clear();
    canvas.text(130, 100, SMALL, 'new', MIDDLE);
    assert.deepEqual(textsOf(canvas.frame('V')), ['new']);
  });

  it('with signs that the fonts lack are a quirk', () => {
    const { canvas, quirks } = canvasOf('fenix7');
    canvas.text(0, 0, SMALL, 'Grüße – 5 €', 2);
    assert.deepEqual(quirks, []);
    canvas.text(0, 0, SMALL, '✓', 2);
    assert.deepEqual(
      quirks.map(({ id }) => id),
      ['font-glyph'],
    );
  });

  it('wrap and shorten to a width', () => {
    const font = fontOf(profileOf('fenix7'), SMALL);
    const lines = wrap(font, 'one two three\nfour', font.widthOf('one two'));
    assert.deepEqual(lines, ['one two', 'three', 'four']);
    const short = shorten(font, 'a long name of a file', 100);
    assert.ok(font.widthOf(short) <= 100 && short.endsWith('...'));
  });
});

describe('pictures', () => {
  it('are the same every time, on every device', async () => {
    for (const device of Object.keys(PROFILES)) {
      const watch = watchOf(device);
      const { frame } = await watch.launch();
      const picture = pictureOf(frame, { scale: 1 });
      assert.equal(picture.subarray(0, 8).toString('hex'), PNG);
      assert.ok(picture.equals(pictureOf(frame, { scale: 1 })), device);
    }
  });

  it('hold no number that is none', async () => {
    const watch = watchOf();
    await watch.launch();
    watch.input.press('menu');
    const svg = pictureOf(watch.app.frame, { format: 'svg' }).toString();
    assert.ok(!/NaN|undefined|null/.test(svg));
  });

  it('come together on a sheet', async () => {
    const watch = watchOf();
    const shots = [{ text: 'start', frame: (await watch.launch()).frame }];
    shots.push({ text: 'glance', frame: (await watch.glance()).frame });
    const one = sheetOf(shots.slice(0, 1), { scale: 1 });
    const two = sheetOf(shots, { scale: 1, columns: 2 });
    assert.ok(two.readUInt32BE(16) > one.readUInt32BE(16));
  });

  it('have only colours that the panel has', () => {
    assert.equal(shownColour(0x4080c0, 65536), '#4080c0');
    assert.equal(shownColour(0x4080c0, 64), '#55aaaa');
    assert.equal(shownColour(0xaaaaaa, 2), '#ffffff');
    assert.equal(shownColour(0x0000ff, 2), '#000000');
  });
});
