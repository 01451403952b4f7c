/**
 * Sends the newest of many values, at most once per interval: the first immediately, then the last one of each interval. A failed
 * send is retried with the newest value at that time.
 */
export class Latest<T> {
  readonly #send: (value: T) => Promise<void>;
  readonly #intervalMs: number;
  #value: T | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(intervalMs: number, send: (value: T) => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#send = send;
  }

  /** May also be called after `close`, and then starts again: a caller that works in turns closes it at the end of each. */
  offer(value: T): void {
    this.#isClosed = false;
    this.#value = value;
    if (this.#timer) return;
    this.#sendNow();
    this.#wait();
  }

  /** Sends what is still pending, and ends until something is offered again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sendNow();
    await this.#sending;
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#value !== null) this.offer(this.#value);
    }, this.#intervalMs).unref();
  }

  #sendNow(): void {
    const value = this.#value;
    if (value === null) return;
    this.#value = null;
    this.#sending = this.#sending
      .then(() => this.#send(value))
      .catch(() => {
        this.#value ??= value;
        // The failure may come after the interval, and there may be no newer value for a long time.
        if (!this.#isClosed) this.#wait();
      });
  }
}
