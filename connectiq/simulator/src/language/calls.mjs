/** Calls: of a name, of a member, of a Method object. */
import { classOf, findMethod, isSubclass, lineage } from './classes.mjs';
import { MClass, MFunction, MModule } from './declarations.mjs';
import { DeviceError, Gap } from './errors.mjs';
import { Frame } from './frames.mjs';
import { lookup } from './lookup.mjs';
import { moduleReference } from './members.mjs';
import { missingMember, missingName } from './missing.mjs';
import { checkArity, checkParameters, checkReturn } from './signatures.mjs';
import { executeBody } from './statements.mjs';
import { MMethod, MObject, typeName } from './values.mjs';

/** Give an error that comes from below the trace of where it happened; the host's own stack limit is a stack overflow. */
function withTrace(machine, error) {
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return new DeviceError('Stack Overflow Error', 'too many calls', machine.trace());
  if ((error instanceof DeviceError || error instanceof Gap) && !error.trace) error.trace = machine.trace();
  return error;
}

/** Run something with a frame on the call stack. */
export function runInFrame(machine, frame, run) {
  if (machine.stack.length >= machine.maxDepth) machine.fatal('Stack Overflow Error', frame.fn.name);
  machine.stack.push(frame);
  try {
    return run();
  } catch (error) {
    throw withTrace(machine, error);
  } finally {
    machine.stack.pop();
  }
}

function callNative(machine, fn, self, args) {
  if (fn.name === 'initialize' && self instanceof MObject) self.nativeReady = true;
  return fn.native.call(self, args, machine) ?? null;
}

/** Run a function on `self`; wrong arity is a device error. */
export function callFunction(machine, fn, self, args) {
  checkArity(machine, fn, args);
  if (fn.native) return callNative(machine, fn, self, args);
  const frame = new Frame(fn, self, fn);
  checkParameters(machine, fn, args);
  fn.parameters.forEach((name, i) => frame.scope.variables.set(name, args[i]));
  const result = runInFrame(machine, frame, () => executeBody(machine, fn.node.body, frame));
  checkReturn(machine, fn, result);
  return result;
}

function notCallable(machine, name) {
  return machine.fatal('Unexpected Type Error', `'${name}' is not a function; a Method is called with invoke()`);
}

function callModule(machine, module, name, args) {
  const { member, self } = moduleReference(machine, module, name);
  if (!(member instanceof MFunction)) notCallable(machine, name);
  return callFunction(machine, member, member.module ?? self, args);
}

function callClass(machine, cls, name, args) {
  const own = cls.statics.get(name);
  if (own instanceof MFunction) return callFunction(machine, own, cls, args);
  const method = findMethod(machine, cls, name);
  if (method) {
    const self = machine.frame?.self;
    if (!(self instanceof MObject && isSubclass(machine, self.cls, cls)))
      machine.fatal('Symbol Not Found Error', `${cls.fullName}.${name} is an instance method`);
    return callFunction(machine, method, self, args);
  }
  const found = callStatic(machine, cls, name, args);
  return found ? found.result : missingMember(machine, cls, name);
}

function callStatic(machine, cls, name, args) {
  for (const current of lineage(machine, cls)) {
    const member = current.statics.get(name);
    if (member instanceof MFunction) return { result: callFunction(machine, member, current, args) };
  }
  return null;
}

function callValue(machine, value, name, args) {
  const cls = classOf(machine, value);
  const method = cls && findMethod(machine, cls, name);
  if (method) return callFunction(machine, method, value, args);
  const found = cls && callStatic(machine, cls, name, args);
  if (found) return found.result;
  if (value instanceof MObject && value.fields.has(name)) return notCallable(machine, name);
  return missingMember(machine, cls ?? value, name);
}

/** owner.name(args), where the owner is a value, a class or a module. */
export function callMember(machine, owner, name, args) {
  if (owner === null || owner === undefined) machine.fatal('Unexpected Type Error', `calling '${name}' on null`);
  if (owner instanceof MModule) return callModule(machine, owner, name, args);
  return owner instanceof MClass ? callClass(machine, owner, name, args) : callValue(machine, owner, name, args);
}

/** name(args) in a frame. */
export function callName(machine, frame, name, evaluateArguments) {
  const found = lookup(machine, frame, name, true);
  if (!found && lookup(machine, frame, name)) notCallable(machine, name);
  if (!found) missingName(machine, frame, name);
  const { member, self } = found;
  return callFunction(machine, member, self, evaluateArguments());
}

/** method.invoke(args) */
export function invoke(machine, method, args) {
  if (!(method instanceof MMethod)) machine.fatal('Unexpected Type Error', `invoke on ${typeName(method)}`);
  return callFunction(machine, method.fn, method.self, args);
}
