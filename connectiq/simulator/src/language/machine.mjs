/**
 * One Monkey C process: what it has loaded, its call stack, and what the host can do with it.
 *
 * It walks the syntax trees of the source. Time is not modelled here: the watchdog counts steps.
 */
import { callFunction, callMember, invoke } from './calls.mjs';
import { classOf, findMethod, instantiate, isSubclass } from './classes.mjs';
import { MModule } from './declarations.mjs';
import { DeviceError, Gap, Thrown } from './errors.mjs';
import { Loader } from './loader.mjs';
import { defineClass, defineModule, nativeObject, resolve } from './natives.mjs';
import { slotValue } from './references.mjs';

/** How many calls a trace shows at either end. */
const TRACE_ENDS = 8;

/** A Monkey C machine without any Toybox; installLang() of toybox/lang.mjs comes first, then the other libraries. */
export class Machine {
  /** The root module `$`. */
  global = new MModule('$', null);
  /** Lang.Object once it is defined. */
  objectClass = null;
  /** Lang's name of a value type to its class. */
  valueClasses = new Map();
  /** The (:test) functions that were loaded. */
  tests = [];
  /** Module variables in the order of their declaration. */
  slots = [];
  /** Name to what the project declares under it and this process did not load: [{fullName, place, reason}]. */
  hidden = new Map();
  /** What ran although it is not portable: 'id|place' to {id, message, place, count}. */
  quirks = new Map();
  /** 'file:line' of the statements that ran, and file to the lines that could. */
  covered = new Set();
  lines = new Map();
  stack = [];
  steps = 0;

  /**
   * @param {{maxDepth?: number, watchdog?: number, strictQuirks?: string[]}} limits call depth; steps that one entry from
   *   the host may take; quirks that are failures
   */
  constructor({ maxDepth = 120, watchdog = 3_000_000, strictQuirks = [] } = {}) {
    Object.assign(this, { maxDepth, watchdog, strictQuirks });
  }

  /** Load parsed files: [{path, ast}]; see Loader for the options. */
  load(files, options = {}) {
    const loader = new Loader(this, options);
    for (const file of files) loader.loadFile(file);
  }

  /** Run the initialisers of all module variables. */
  initializeGlobals() {
    for (const slot of this.slots) slotValue(this, slot);
  }

  /** Enter from the host: `run` gets a fresh watchdog. */
  enter(run) {
    this.steps = 0;
    return run();
  }

  callFunction(fn, self, args) {
    return callFunction(this, fn, self, args);
  }

  callMethod(owner, name, args) {
    return callMember(this, owner, name, args);
  }

  invoke(method, args) {
    return invoke(this, method, args);
  }

  instantiate(cls, args) {
    return instantiate(this, cls, args);
  }

  findMethod(cls, name) {
    return findMethod(this, cls, name);
  }

  isSubclass(cls, ancestor) {
    return isSubclass(this, cls, ancestor);
  }

  classOf(value) {
    return classOf(this, value);
  }

  resolve(path) {
    return resolve(this, path);
  }

  defineModule(path, members, options) {
    return defineModule(this, path, members, options);
  }

  defineClass(path, definition) {
    return defineClass(this, path, definition);
  }

  nativeObject(classPath, fields, native) {
    return nativeObject(this, classPath, fields, native);
  }

  /** An exception object of a native class, ready to be thrown. */
  exception(classPath, message = null) {
    return this.nativeObject(classPath, { mMessage: message }, { trace: this.trace() });
  }

  /** Throw a Monkey C exception. */
  throwException(classPath, message) {
    throw new Thrown(this.exception(classPath, message));
  }

  /** Throw a device error. */
  fatal(kind, message) {
    throw new DeviceError(kind, message, this.trace());
  }

  /** Record what would not be portable; a Gap when the quirk is one of strictQuirks. */
  quirk(id, message) {
    const place = this.frame?.place ?? '?';
    if (this.strictQuirks.includes(id)) throw new Gap(`${id} at ${place}: ${message}`, this.trace());
    const known = this.quirks.get(`${id}|${place}`);
    if (known) known.count += 1;
    else this.quirks.set(`${id}|${place}`, { id, message, place, count: 1 });
  }

  /** The frame that runs now, if any. */
  get frame() {
    return this.stack.at(-1);
  }

  /** The call stack as text, innermost first; the middle of a deep one is left out. */
  trace() {
    const lines = this.stack
      .map(({ cls, fn, place }) => `  at ${cls ? `${cls.name}.` : ''}${fn.name} (${place})`)
      .reverse();
    const left = lines.length - 2 * TRACE_ENDS;
    if (left > 1) lines.splice(TRACE_ENDS, left, `  ... ${left} more`);
    return lines.join('\n');
  }

  /** Count a step of work for the watchdog. */
  step() {
    if (++this.steps > this.watchdog) this.fatal('Watchdog Tripped Error', `more than ${this.watchdog} steps`);
  }

  /** A statement is reached: note it for traces and coverage. */
  reach(frame, node) {
    frame.node = node;
    if (frame.file && node.loc) this.covered.add(`${frame.file}:${node.loc.start.line}`);
  }
}
