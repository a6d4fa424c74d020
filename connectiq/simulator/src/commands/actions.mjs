/** What a driver can ask of a watch; each action gets the watch and the request's other members. */
import fs from 'node:fs';
import { NotPossible } from '../device/input.mjs';
import { changedHealth } from '../device/health.mjs';
import { fromPlain, toPlain } from '../device/serialisation.mjs';
import { backgroundState, processReport, requestsOf } from '../device/state.mjs';
import { pictureOf } from '../pictures/png.mjs';

const contentEntry = ({ id, kind, name, format, bytes, owned }) => ({
  id,
  kind,
  name,
  format,
  bytes: bytes.length,
  owned,
});

function visibleFrame(watch) {
  const frame = watch.foreground?.frame;
  if (!frame) throw new NotPossible('nothing is on the screen');
  return frame;
}

async function inputDone(watch, action) {
  action(watch.input);
  await watch.settle();
}

const starting = {
  async launch(watch) {
    await watch.launch();
  },
  async glance(watch) {
    await watch.glance();
  },
  leave: (watch) => watch.leave(),
  kill: (watch) => watch.kill(),
};

const wearing = {
  press: (watch, { key }) => inputDone(watch, (input) => input.press(key)),
  tap: (watch, { x, y }) => inputDone(watch, (input) => input.tap(x, y)),
  swipe: (watch, { direction }) => inputDone(watch, (input) => input.swipe(direction)),
  choose: (watch, { label }) => inputDone(watch, (input) => input.choose(label)),
  settings: (watch, { settings }) => watch.changeSettings(settings),
};

const passing = {
  advance: (watch, { seconds }) => watch.advance(seconds),
  settle: (watch) => watch.settle(),
  setClock: (watch, { now, zoneOffset }) => watch.setClock(now, zoneOffset),
  async temporalEvent(watch) {
    return processReport(await watch.temporalEvent());
  },
  async completeActivity(watch, { activity, subSport }) {
    const process = await watch.completeActivity(activity, subSport);
    return process && processReport(process);
  },
};

const changing = {
  policy: (watch, { changes }) => watch.link.change(changes),
  health: (watch, { changes }) => {
    watch.health = changedHealth(watch.health, changes);
  },
  store: (watch, { key, value }) => watch.storage.set(fromPlain(key), fromPlain(value)),
  addContent: (watch, { format, file, owned = true }) =>
    watch.content.add(format, fs.readFileSync(file), watch.clock.seconds, { owned }).map(contentEntry),
};

const asking = {
  requests: requestsOf,
  storage: (watch) => watch.storage.toPlain(),
  properties: (watch) => Object.fromEntries(watch.properties.entries().map(([key, value]) => [key, toPlain(value)])),
  content: (watch) => watch.content.list().map(contentEntry),
  background: backgroundState,
  effects: (watch) => watch.effects,
  processes: (watch) => ({
    app: watch.app && processReport(watch.app),
    glance: watch.glanceProcess && processReport(watch.glanceProcess),
    background: watch.lastBackground && processReport(watch.lastBackground),
  }),
  quirks: (watch) => [...watch.coverage.quirks.values()],
};

/** Screens kept under a name until a sheet is made of them. */
const drawing = {
  picture: (watch, { file, ...how }) => fs.writeFileSync(file, pictureOf(visibleFrame(watch), how)),
  shot: (watch, { text }) => {
    watch.shots.push({ text, frame: visibleFrame(watch) });
  },
};

export const ACTIONS = { ...starting, ...wearing, ...passing, ...changing, ...asking, ...drawing };
