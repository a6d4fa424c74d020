// Draws the launcher icons from launcher.svg and launcher-mono.svg: `node icons/draw.mjs`, after `npm ci` in simulator.
// Which product wants which size stands in simulator/src/checks/products.mjs; monkey.jungle says which folder it takes.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { Resvg } = createRequire(new URL('../simulator/package.json', import.meta.url))('@resvg/resvg-js');
const connectiq = path.resolve(import.meta.dirname, '..');

const DEFAULT = { folder: 'resources/drawables', drawing: 'launcher.svg', pixels: 40 };
const COLOUR_SIZES = [30, 35, 36, 54, 56, 60, 61, 65, 70];
const MONO_SIZES = [54, 62];

const ICONS = [
  DEFAULT,
  ...COLOUR_SIZES.map((pixels) => ({
    folder: `resources-launcher/${pixels}`,
    drawing: 'launcher.svg',
    pixels,
  })),
  ...MONO_SIZES.map((pixels) => ({
    folder: `resources-launcher/${pixels}-mono`,
    drawing: 'launcher-mono.svg',
    pixels,
  })),
];

const DRAWABLES = `<?xml version="1.0" encoding="UTF-8"?>
<drawables>
    <bitmap id="LauncherIcon" filename="launcher_icon.png"/>
</drawables>
`;

for (const { folder, drawing, pixels } of ICONS) {
  const target = path.join(connectiq, folder);
  const svg = fs.readFileSync(path.join(import.meta.dirname, drawing), 'utf8');
  const picture = new Resvg(svg, {
    fitTo: { mode: 'width', value: pixels },
  }).render();
  fs.mkdirSync(target, { recursive: true });
  fs.writeFileSync(path.join(target, 'launcher_icon.png'), picture.asPng());
  fs.writeFileSync(path.join(target, 'drawables.xml'), DRAWABLES);
}
