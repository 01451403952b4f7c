import type { Etag } from '@nestjs-spark/contracts';
import { ChangesSocket } from '../connect/changes-socket.ts';
import type { RavenSettings } from '../connect/settings.ts';

interface Waiter {
  etag: Etag;
  wake: () => void;
}

/** Wakes readers that have reached the end: on a word of the server, and to be safe by looking every now and then. */
export class TailWatch {
  readonly #socket: ChangesSocket;
  readonly #lastEtag: () => Promise<Etag>;
  readonly #pollMs: number;
  readonly #waiters = new Set<Waiter>();
  #poll: NodeJS.Timeout | null = null;

  constructor(settings: RavenSettings, lastEtag: () => Promise<Etag>, pollMs: number) {
    this.#socket = new ChangesSocket(settings, () => this.#wake(() => true));
    this.#lastEtag = lastEtag;
    this.#pollMs = pollMs;
  }

  /** Resolves when the database is at another etag than this, or may be, or when aborted. */
  async wait(etag: Etag, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#socket.open();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const waiter: Waiter = { etag, wake };
    this.#waiters.add(waiter);
    signal.addEventListener('abort', wake, { once: true });
    this.#schedule();
    try {
      // Only now: what changed before the waiter was there woke nobody.
      const unmoved = this.#lastEtag().then((last) => (last === etag ? promise : undefined));
      await Promise.race([promise, unmoved]);
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', wake);
    }
  }

  async close(): Promise<void> {
    if (this.#poll) clearTimeout(this.#poll);
    this.#wake(() => true);
    await this.#socket.close();
  }

  #wake(whom: (waiter: Waiter) => boolean): void {
    for (const waiter of this.#waiters) if (whom(waiter)) waiter.wake();
  }

  #schedule(): void {
    this.#poll ??= setTimeout(() => void this.#look(), this.#pollMs);
  }

  async #look(): Promise<void> {
    try {
      const etag = await this.#lastEtag();
      this.#wake((waiter) => waiter.etag !== etag);
    } catch {
      // The server is away; who waits goes on waiting, and whoever reads hears of it.
    }
    this.#poll = null;
    if (this.#waiters.size > 0) this.#schedule();
  }
}
