/** Processes of the widget: how they start, end, and share the watch. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeviceError } from '../src/language/errors.mjs';
import { Crash } from '../src/device/crash.mjs';
import { NotPossible } from '../src/device/input.mjs';
import { stateOf } from '../src/device/state.mjs';
import { parseSource } from '../src/project/source.mjs';
import { textsOn, watchOf } from './device/lab.mjs';

describe('the app', () => {
  it('starts, shows its view and stops in good order', async () => {
    const watch = watchOf();
    const app = await watch.launch();
    assert.deepEqual(textsOn(watch), ['Waiting']);
    watch.leave();
    assert.equal(app.ended, 'stopped');
    assert.deepEqual(app.printed, ['start', 'stop']);
  });

  it('ends when its last view is left', async () => {
    const watch = watchOf();
    const app = await watch.launch();
    watch.input.press('back');
    assert.equal(app.ended, 'exit');
    assert.deepEqual(app.printed, ['start', 'stop']);
    assert.throws(() => watch.input.press('back'), NotPossible);
  });

  it('is told nothing when it is killed', async () => {
    const watch = watchOf();
    const app = await watch.launch();
    watch.kill();
    assert.equal(app.ended, 'killed');
    assert.deepEqual(app.printed, ['start']);
  });

  it('dies when it needs more memory than the device has', async () => {
    const watch = watchOf('fenix7', { profile: { memory: { app: 2000 } } });
    await assert.rejects(watch.launch(), (error) => {
      assert.ok(error instanceof Crash && error.cause instanceof DeviceError);
      assert.equal(error.kind, 'Out Of Memory Error');
      return true;
    });
    assert.equal(stateOf(watch).crash.kind, 'Out Of Memory Error');
  });

  it('hears of settings', async () => {
    const watch = watchOf();
    await watch.launch();
    await watch.changeSettings({ url: 'https://other.example' });
    assert.equal(watch.storage.get('settings'), 'https://other.example');
  });
});

/** Puts a view of Monkey C source on the screen that prints what it hears. */
function pushTold({ app }) {
  const { machine } = app;
  if (!machine.global.members.has('Told')) machine.load([{ path: 'Told.mc', ast: parseSource(TOLD, 'Told.mc') }]);
  const view = machine.instantiate(machine.resolve('Told'), []);
  app.run('pushing', () => machine.callMethod(machine.resolve('Toybox.WatchUi'), 'pushView', [view, null, 1]));
  app.drain();
}
const TOLD = `import Toybox.System; import Toybox.WatchUi;
  class Told extends WatchUi.View {
    function initialize() { View.initialize(); }
    function onLayout(dc) { System.println("layout"); }
    function onShow() { System.println("show"); }
    function onHide() { System.println("hide"); }
  }`;

describe('views', () => {
  it('are laid out once, and shown and hidden in turn', async () => {
    const watch = watchOf();
    const app = await watch.launch();
    pushTold(watch);
    pushTold(watch);
    watch.input.press('back');
    assert.deepEqual(app.printed, ['start', 'layout', 'show', 'hide', 'layout', 'show', 'hide', 'show']);
  });
});

describe('what a watch has seen', () => {
  it('outlives its processes', async () => {
    const watch = watchOf();
    const app = await watch.launch();
    app.machine.quirk('api-level', 'odd');
    watch.leave();
    assert.deepEqual(
      [...watch.coverage.quirks.values()].map(({ id }) => id),
      ['api-level'],
    );
  });

  it('and holds is counted', async () => {
    const app = await watchOf().launch();
    const before = app.usedBytes();
    app.machine.callMethod(app.machine.global, 'show', ['x'.repeat(1000)]);
    assert.ok(app.usedBytes() - before > 950, `${app.usedBytes() - before}`);
  });
});

describe('the wearer', () => {
  it('walks through menus and switches', async () => {
    const watch = watchOf();
    await watch.launch();
    watch.input.press('menu');
    watch.input.press('down');
    watch.input.press('select');
    assert.equal(watch.storage.get('auto'), true);
    const { menu } = stateOf(watch);
    assert.deepEqual(menu.items[1], { label: 'Automatic', subLabel: null, on: true });
    assert.equal(menu.focus, 1);
    watch.input.press('back');
    assert.equal(stateOf(watch).view, 'ProbeView');
  });

  it('touches only what can be touched', async () => {
    const buttons = watchOf('fr245');
    await buttons.launch();
    assert.throws(() => buttons.input.tap(10, 10), NotPossible);
    const touch = watchOf('venu2');
    await touch.launch();
    assert.throws(() => touch.input.press('up'), NotPossible);
    touch.input.swipe('right');
    assert.equal(touch.app.ended, 'exit');
  });
});

describe('the glance', () => {
  it('shows what was stored, and gives way to the app', async () => {
    const watch = watchOf();
    const glance = await watch.glance();
    assert.deepEqual(textsOn(watch), ['Probe', 'never']);
    await watch.launch();
    assert.equal(glance.ended, 'stopped');
  });

  it('loads only what is annotated for it', async () => {
    const watch = watchOf();
    const glance = await watch.glance();
    const app = await watch.launch();
    assert.ok(glance.footprint.bytes < app.footprint.bytes / 2);
  });

  it('is not there on a watch without glances', async () => {
    await assert.rejects(watchOf('vivoactive4').glance(), NotPossible);
  });
});

describe('timers', () => {
  it('fire in virtual time until they are stopped', async () => {
    const watch = watchOf();
    await watch.launch();
    watch.input.press('down');
    await watch.advance(0.9);
    assert.deepEqual(textsOn(watch), ['Waiting']);
    await watch.advance(1.2);
    assert.deepEqual(textsOn(watch), ['tick 2']);
    await watch.advance(60);
    assert.deepEqual(textsOn(watch), ['tick 3']);
  });

  it('do not notice that the clock is set', async () => {
    const watch = watchOf();
    await watch.launch();
    watch.input.press('down');
    watch.setClock(watch.clock.seconds + 86_400);
    assert.deepEqual(textsOn(watch), ['Waiting']);
    await watch.advance(1);
    assert.deepEqual(textsOn(watch), ['tick 1']);
  });
});
