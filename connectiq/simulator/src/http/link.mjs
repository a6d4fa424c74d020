/** The way from the watch over the phone to the network: takes requests of all processes, keeps the log of them. */
import { RESPONSE_TYPES, CODES } from './codes.mjs';
import { DEFAULT_POLICY, changedPolicy, faultOf } from './policy.mjs';
import { Refused, wireRequest } from './request.mjs';
import { exchange } from './exchange.mjs';
import { isNative, outcomeOf } from './answer.mjs';

/** More than any file that the gateway sends; content goes to the watch's disk, not through the widget's memory. */
const MAX_CONTENT_BYTES = 16 * 1024 * 1024;

export class Link {
  /** @param {{content: object, clock: object}} watch */
  constructor(watch) {
    this.watch = watch;
    this.policy = DEFAULT_POLICY;
    this.log = [];
  }

  change(changes) {
    this.policy = changedPolicy(this.policy, changes);
  }

  /**
   * Sends a request on behalf of a process; its callback comes through `process.answered`.
   * @param {object} process @param {{url, parameters, method, headers, responseType, callback}} call
   */
  request(process, call) {
    const entry = { process: process.kind, url: call.url, at: this.watch.clock.seconds, code: null, status: null };
    const ticket = { call, entry, stop: () => {}, isHung: false };
    this.log.push(entry);
    process.outstanding.add(ticket);
    try {
      this.#send(process, ticket);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#answer(process, ticket, { code: error.code, data: null });
    }
  }

  #send(process, ticket) {
    const { call, entry } = ticket;
    if (!this.policy.phoneConnected) throw new Refused(CODES.BLE_CONNECTION_UNAVAILABLE, 'no phone');
    if (process.outstanding.size > this.policy.maxOutstanding) throw new Refused(CODES.BLE_QUEUE_FULL, 'queue full');
    const request = wireRequest(call, this.policy);
    Object.assign(entry, { url: request.asked, method: request.method, headers: request.headers, body: request.body });
    const native = isNative(call.responseType);
    if (native && request.namesType) {
      process.machine.fatal('System Error', 'a FIT or GPX request with a request content type crashes the watch');
    }
    const fault = faultOf(
      this.policy.faults,
      this.log.map((other) => other.url),
    );
    if (native && this.policy.nativeNeverCompletes) ticket.isHung = true;
    else if (fault && fault.kind !== 'answer-lost') this.#failEarly(process, ticket, fault);
    else this.#exchange(process, ticket, request, fault);
  }

  #failEarly(process, ticket, fault) {
    if (fault.kill) process.dieNow();
    this.#answer(process, ticket, { code: fault.code, data: null });
  }

  #exchange(process, ticket, request, fault) {
    const { timeoutMs, maxResponseBytes, trust } = this.policy;
    const maxBytes = isNative(ticket.call.responseType) ? MAX_CONTENT_BYTES : maxResponseBytes;
    ticket.stop = exchange(request, { timeoutMs, maxBytes, trust }, (result) => {
      ticket.entry.status = result.status ?? null;
      ticket.entry.bytes = result.body?.length ?? result.bytes ?? 0;
      if (fault?.kill) process.enqueue('a fault', () => process.dieNow(), ticket);
      else if (fault) this.#answer(process, ticket, { code: fault.code, data: null });
      else this.#answer(process, ticket, result.status === undefined ? { ...result, data: null } : result);
    });
  }

  #answer(process, ticket, result) {
    process.enqueue(
      `the answer to ${ticket.entry.url}`,
      () => {
        const outcome = result.status === undefined ? result : this.#outcome(process, ticket, result);
        ticket.entry.code = outcome.code;
        process.answered(ticket.call, outcome.code, outcome.data);
      },
      ticket,
    );
  }

  #outcome(process, { call }, answer) {
    const outcome = outcomeOf(answer, {
      responseType: call.responseType,
      errors: this.policy.errors,
      freeBytes: process.freeBytes(),
    });
    return outcome.file ? this.#stored(process, call, outcome) : outcome;
  }

  #stored(process, call, { code, file }) {
    if (this.policy.contentAlreadyThere) return { code, data: null };
    if (this.watch.content.usedBytes + file.length > this.policy.contentFreeBytes) {
      return { code: CODES.STORAGE_FULL, data: null };
    }
    const format = call.responseType === RESPONSE_TYPES.HTTP_RESPONSE_CONTENT_TYPE_FIT ? 'fit' : 'gpx';
    const items = this.watch.content.add(format, file, this.watch.clock.seconds);
    return { code, data: items.length ? process.contentIterator(items) : null };
  }
}
