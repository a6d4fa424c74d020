/** A process that the watch has ended because of an error. */
import { Thrown, DeviceError, Gap } from '../language/errors.mjs';

/** `kind` is the device's name of the error or the class of the exception; `process` says which one it was. */
export class Crash extends Error {
  constructor(cause, processKind, during) {
    const { kind, detail, trace } = describe(cause);
    super(`${processKind}, ${during}: ${kind}${detail ? `: ${detail}` : ''}${trace ? `\n${trace}` : ''}`);
    Object.assign(this, { kind, detail, trace, process: processKind, during, cause });
  }
}

function describe(cause) {
  if (!(cause instanceof Thrown)) {
    return { kind: cause.kind, detail: cause.message.slice(cause.kind.length + 2), trace: cause.trace };
  }
  const { object } = cause;
  const kind = object?.cls?.fullName ?? 'Unhandled Exception';
  return { kind, detail: object?.fields.get('mMessage') ?? '', trace: object?.native?.trace ?? '' };
}

/** Whether an error ends a process on the watch; the others are mistakes of a test or of the simulator. */
export const endsProcess = (error) => error instanceof Thrown || error instanceof DeviceError;

/** Whether an error says that the simulator lacks something. */
export const isGap = (error) => error instanceof Gap;
