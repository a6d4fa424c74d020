/** What comes to a process from outside: handlers that wait for their turn, and requests whose answers are awaited. */

const POLL_MS = 20;

export class Inbox {
  /** Tickets of requests under way; a hung one never gets an answer. */
  outstanding = new Set();
  #handlers = [];
  #wake = () => {};

  /** @param {string} during what the handler is called in reports @param {object|null} ticket the request it answers */
  put(during, handler, ticket) {
    this.#handlers.push({ during, handler, ticket });
    this.#wake();
  }

  get isEmpty() {
    return this.#handlers.length === 0;
  }

  /** The next handler; its request is no longer outstanding. */
  take() {
    const next = this.#handlers.shift();
    this.outstanding.delete(next.ticket);
    return next;
  }

  /** Whether an answer will still come. */
  get isWaiting() {
    return [...this.outstanding].some((ticket) => !ticket.isHung);
  }

  /** Resolves when something has come, or after a moment. */
  somethingCame() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Callbacks of the requests under way. */
  values() {
    return [...this.outstanding].map(({ call }) => call.callback);
  }

  /** The process is gone: requests are dropped, handlers forgotten. */
  close() {
    for (const ticket of this.outstanding) ticket.stop();
    this.outstanding.clear();
    this.#handlers = [];
    this.#wake();
  }
}
