/**
 * The ways in which running Monkey C code can stop.
 *
 * A device error and an exception follow Garmin's "Exceptions and Errors": exceptions are objects that code can catch,
 * errors end the app and cannot be caught. A Gap is neither: it says that the simulator lacks something.
 */

/** An error of the watch itself: no catch clause sees it and no finally block runs. */
export class DeviceError extends Error {
  /** @param {string} kind the device's name for it, as 'Symbol Not Found Error' @param {string} detail @param {string} trace */
  constructor(kind, detail, trace = '') {
    super(`${kind}: ${detail}`);
    this.kind = kind;
    this.trace = trace;
  }
}

/** A Monkey C exception in flight; `object` is the MObject that was thrown. */
export class Thrown extends Error {
  constructor(object) {
    super(`${object?.cls?.fullName ?? 'value'} thrown`);
    this.object = object;
  }
}

/** Something that the simulator does not model: always a failure, never a silent stub. */
export class Gap extends Error {
  constructor(message, trace = '') {
    super(message);
    this.trace = trace;
  }
}

/** The process ends by its own will: System.exit, Background.exit, the last view popped. */
export class ProcessEnd extends Error {}
