import type { Etag } from '@nestjs-spark/contracts';
import { ChangesSocket } from '../connect/changes-socket.ts';
import type { RavenSettings } from '../connect/settings.ts';

interface Waiter {
  etag: Etag;
  wake: () => void;
}

// A signal follows every change, so a look without one is only a precaution. It costs the server as much as reading a change:
// too much after each of many.
const QUIET_LOOK_MS = 250;

/** Wakes readers that have reached the end: on a signal from the server and, to be safe, by polling. */
export class TailWatch {
  readonly #socket: ChangesSocket;
  readonly #lastEtag: () => Promise<Etag>;
  readonly #pollMs: number;
  readonly #waiters = new Set<Waiter>();
  #look: { timer: NodeJS.Timeout; at: number } | null = null;
  #heard = 0;
  #closed = false;

  constructor(settings: RavenSettings, lastEtag: () => Promise<Etag>, pollMs: number) {
    this.#socket = new ChangesSocket(settings, () => {
      this.#heard++;
      this.#wake(() => true);
    });
    this.#lastEtag = lastEtag;
    this.#pollMs = pollMs;
  }

  /** The number of the server's signals: taken before a read, it later tells what that read may not have seen. */
  get heard(): number {
    return this.#heard;
  }

  /**
   * Resolves when the database is, or may be, at a different etag, when aborted, or when closed.
   * @param heard as it was before the read that ended at `etag`
   */
  async wait(etag: Etag, signal: AbortSignal, heard?: number): Promise<void> {
    if (signal.aborted || this.#closed) return;
    this.#socket.open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const waiter: Waiter = { etag, wake };
    this.#waiters.add(waiter);
    signal.addEventListener('abort', wake, { once: true });
    // Only now: a change before the waiter was registered woke nobody.
    this.#lookIn(heard === this.#heard ? QUIET_LOOK_MS : 0);
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', wake);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#look) clearTimeout(this.#look.timer);
    this.#wake(() => true);
    await this.#socket.close();
  }

  #wake(whom: (waiter: Waiter) => boolean): void {
    for (const waiter of this.#waiters) if (whom(waiter)) waiter.wake();
  }

  #lookIn(ms: number): void {
    const at = performance.now() + ms;
    if (this.#look && this.#look.at <= at) return;
    if (this.#look) clearTimeout(this.#look.timer);
    this.#look = { at, timer: setTimeout(() => void this.#lookNow(), ms) };
  }

  async #lookNow(): Promise<void> {
    this.#look = null;
    if (this.#waiters.size === 0) return;
    try {
      const etag = await this.#lastEtag();
      this.#wake((waiter) => waiter.etag !== etag);
    } catch {
      // The server is unavailable; waiters keep waiting, and readers get the error.
    }
    if (this.#waiters.size > 0) this.#lookIn(this.#pollMs);
  }
}
