/** `widgetsim pictures`: the widget's screens on each device, without a phone. */
import fs from 'node:fs';
import path from 'node:path';
import { PROFILES } from '../device/profiles.mjs';
import { Watch } from '../device/watch.mjs';
import { pictureOf } from '../pictures/png.mjs';
import { loadProject } from '../project/project.mjs';
import { readOptions } from './options.mjs';

export const usage = 'pictures [--jungle FILE] --out FOLDER [--device ID,ID] [--keys KEY,KEY] [--language CODE]';

const listOf = (text) => text.split(',').filter(Boolean);

/** Draws the glance, the first screen, and the screen after each key. */
async function drawDevice(watch, keys, save) {
  if (watch.profile.glance) save('glance', (await watch.glance()).frame);
  save('start', (await watch.launch()).frame);
  for (const [index, key] of keys.entries()) {
    watch.input.press(key);
    await watch.settle();
    save(`${index + 1}-${key}`, watch.app.frame);
  }
}

/** Writes FOLDER/DEVICE-SCREEN.png files. @returns {Promise<number>} 0 */
export async function run(argv, print = console.log) {
  const types = { jungle: 'string', out: 'string', device: 'string', keys: 'string', language: 'string' };
  const { jungle, out, keys = '', language, device = Object.keys(PROFILES).join(',') } = readOptions(argv, types);
  if (!out) throw new RangeError('--out names the folder for the pictures');
  fs.mkdirSync(out, { recursive: true });
  for (const id of listOf(device)) {
    const watch = new Watch(loadProject(jungle, id, { language }), { policy: { phoneConnected: false } });
    await drawDevice(watch, listOf(keys), (screen, frame) => {
      const file = path.join(out, `${id}-${screen}.png`);
      fs.writeFileSync(file, pictureOf(frame));
      print(file);
    });
  }
  return 0;
}
