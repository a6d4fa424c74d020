/**
 * The whole watch: everything that outlives a process, and the processes that it starts.
 *
 * Time is virtual: it passes in advance() only, event by event, and every HTTP exchange, which is real, ends in between.
 */
import { MDictionary, MSymbol } from '../language/values.mjs';
import { Link } from '../http/link.mjs';
import { Canvas } from '../pictures/canvas.mjs';
import { BackgroundEvents } from './background.mjs';
import { Clock } from './clock.mjs';
import { Content } from './content.mjs';
import { Coverage } from './coverage.mjs';
import { NO_HEALTH, changedHealth } from './health.mjs';
import { Input, NotPossible } from './input.mjs';
import { AppProcess } from './process.mjs';
import { profileOf } from './profiles.mjs';
import { refuseStrangers } from './strangers.mjs';
import { Properties } from './properties.mjs';
import { nextEvent } from './schedule.mjs';
import { fromPlain } from './serialisation.mjs';
import { runService } from './service.mjs';
import { Storage } from './storage.mjs';

const MS = 1000;
/** Monday, 6 October 2025, 08:00 UTC. */
const DEFAULT_NOW = 1_759_737_600;
const SWITCHED_ON = { battery: 82, uniqueIdentifier: '5f2b1c9e4d7a8063b1e2f49c0d6a7788ffeeccdd' };

const OPTIONS = [
  ...['now', 'zoneOffset', 'policy', 'settings', 'storage', 'health', 'storageLimits', 'profile', 'strictQuirks'],
  ...Object.keys(SWITCHED_ON),
];

export class Watch {
  app = null;
  glanceProcess = null;
  lastBackground = null;
  /** Screens that are kept for a sheet: {text, frame}. */
  shots = [];
  #handedOver = undefined;
  #coverage = new Coverage();

  /**
   * @param {object} project of project.mjs, loaded for this device and language
   * @param {{now?: number, zoneOffset?: number, policy?: object, settings?: object, storage?: object, health?: object,
   *   storageLimits?: object, profile?: object, strictQuirks?: string[], battery?: number, uniqueIdentifier?: string}} [options] `profile` is laid over the device's; `now` in Unix seconds
   */
  constructor(project, options = {}) {
    refuseStrangers('option of a watch', options, OPTIONS);
    this.project = project;
    this.profile = profileOf(project.device, options.profile);
    this.strictQuirks = options.strictQuirks ?? [];
    this.clock = new Clock(options.now ?? DEFAULT_NOW, options.zoneOffset ?? 0);
    this.storage = new Storage(options.storageLimits);
    this.properties = new Properties(project.resources);
    this.content = new Content(this.profile.content);
    this.background = new BackgroundEvents(this.clock);
    this.health = changedHealth(NO_HEALTH, options.health ?? {});
    this.link = new Link(this);
    this.link.change(options.policy ?? {});
    for (const [name, value] of Object.entries(SWITCHED_ON)) this[name] = options[name] ?? value;
    this.effects = [];
    for (const [key, text] of Object.entries(options.settings ?? {})) this.properties.setFromText(key, text);
    for (const [key, value] of Object.entries(options.storage ?? {})) this.storage.set(key, fromPlain(value));
  }

  newCanvas(process, width, height) {
    const canvas = new Canvas(this.profile, width, height, process);
    return process.machine.nativeObject('Toybox.Graphics.Dc', {}, canvas);
  }

  /** The app, else the glance, else null. */
  get foreground() {
    return this.app ?? this.glanceProcess;
  }

  /** What the wearer does in the app. */
  get input() {
    if (!this.app) throw new NotPossible('the app is not open');
    return new Input(this.app);
  }

  /** Opens the app; a glance that is shown gives way, an app that is open is left first. */
  async launch() {
    this.leave();
    this.background.appStarted();
    this.app = new AppProcess(this, 'app');
    this.app.start();
    await this.settle();
    return this.app;
  }

  /** Shows the widget's glance in the watch's list of glances. */
  async glance() {
    if (!this.profile.glance) throw new NotPossible(`a ${this.profile.name} has no glances`);
    this.leave();
    this.glanceProcess = new AppProcess(this, 'glance');
    this.glanceProcess.start();
    await this.settle();
    return this.glanceProcess;
  }

  /** The wearer goes elsewhere: app and glance are stopped in good order. */
  leave() {
    for (const process of [this.app, this.glanceProcess]) {
      process?.stop();
      if (process) this.#coverage.add(process.machine);
    }
    this.app = null;
    this.glanceProcess = null;
  }

  /** What the wearer sees dies on the spot. */
  kill() {
    this.foreground?.kill();
  }

  /** Waits for the answers to what the wearer sees. */
  async settle() {
    await this.foreground?.settle();
  }

  /** Lets virtual time pass. @param {number} seconds */
  async advance(seconds) {
    if (!(seconds >= 0)) throw new RangeError(`time does not pass by ${seconds} seconds`);
    await this.settle();
    const end = this.clock.sinceBoot + seconds * MS;
    for (let event = nextEvent(this, end); event; event = nextEvent(this, end)) {
      this.#passUntil(event.at);
      await event.fire();
      await this.settle();
    }
    this.#passUntil(end);
  }

  #passUntil(sinceBoot) {
    this.clock.passUntil(this.clock.ms + Math.max(0, sinceBoot - this.clock.sinceBoot));
  }

  /** Another time of day, or another time zone; timers go on as they were. */
  setClock(epochSeconds, zoneOffset = this.clock.zoneOffset) {
    if (!Number.isFinite(epochSeconds)) throw new RangeError(`'${epochSeconds}' is no time`);
    this.clock.jumpTo(epochSeconds);
    this.clock.zoneOffset = zoneOffset;
  }

  /** The temporal event fires, now. @returns {Promise<AppProcess>} the background process, which has ended */
  async temporalEvent() {
    this.background.fired();
    return this.#runInBackground('onTemporalEvent', []);
  }

  /**
   * An activity is saved. It enters the activity history, and the app's background process hears of it if it has asked to.
   * @param {{start, duration, distance, type}} activity @param {number} [subSport]
   */
  async completeActivity(activity, subSport = 0) {
    this.health = { ...this.health, activities: [...this.health.activities, activity] };
    if (!this.background.wantsActivities) return null;
    const told = MDictionary.from([
      [MSymbol.of('sport'), activity.type],
      [MSymbol.of('subSport'), subSport],
    ]);
    return this.#runInBackground('onActivityCompleted', [told]);
  }

  async #runInBackground(event, args) {
    const writes = this.storage.writes;
    const passTime = (seconds) => this.#passUntil(this.clock.sinceBoot + seconds * MS);
    const process = await runService(this, event, args, passTime);
    this.#coverage.add(process.machine);
    await this.#tellApp(process, this.storage.writes !== writes);
    return process;
  }

  async #tellApp(background, hasWritten) {
    if (background.exitData !== undefined) this.#handedOver = background.exitData;
    const app = this.app?.ended ? null : this.app;
    if (!app) return;
    if (hasWritten) app.run('onStorageChanged', () => app.machine.callMethod(app.app, 'onStorageChanged', []));
    this.handOverBackgroundData(app);
    await app.settle();
  }

  /** What a background process left goes to the app; without an app it waits for the next one. */
  handOverBackgroundData(process) {
    if (process.kind !== 'app' || this.#handedOver === undefined) return;
    const data = this.#handedOver;
    this.#handedOver = undefined;
    process.run('onBackgroundData', () => process.machine.callMethod(process.app, 'onBackgroundData', [data]));
  }

  /** The user changes settings on the phone. @param {Object<string, string>} settings texts by property */
  async changeSettings(settings) {
    for (const [key, text] of Object.entries(settings)) this.properties.setFromText(key, text);
    const app = this.app;
    app?.run('onSettingsChanged', () => app.machine.callMethod(app.app, 'onSettingsChanged', []));
    await this.settle();
  }

  /** What has run so far in any process. @returns {Coverage} */
  get coverage() {
    if (this.foreground) this.#coverage.add(this.foreground.machine);
    return this.#coverage;
  }
}
