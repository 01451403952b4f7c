import type { LeaseKeeper } from '@nestjs-spark/contracts/internal';
import { Nudge } from '@nestjs-spark/foundation/internal';

/** Leases in memory: one holder at a time, in order of request. */
export class MemoryLeases implements LeaseKeeper {
  #nobody: AbortController | null = null;
  readonly #holders = new Map<string, AbortController>();
  readonly #waiting = new Set<Nudge>();

  /** Nobody gets a lease, and holders lose theirs without a reason, as when the bucket is gone. */
  get closed(): boolean {
    return this.#nobody !== null;
  }

  close(): void {
    this.#nobody = new AbortController();
    for (const name of this.#holders.keys()) this.take(name);
    this.#wake();
  }

  open(): void {
    this.#nobody = null;
    this.#wake();
  }

  /** The holder loses a lease, like one that could not renew it in time. */
  take(name: string): void {
    this.#holders.get(name)?.abort();
  }

  async whileHeld(
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
    trouble: (because: string | null) => void = () => undefined,
  ): Promise<void> {
    const turn = new Nudge();
    this.#waiting.add(turn);
    try {
      while (!signal.aborted) {
        if (!this.closed) trouble(null);
        if (this.closed || this.#holders.has(name)) await turn.wait(signal);
        else if ((await this.#hold(name, signal, work)) === 'done') return;
        // The others come first now.
        else await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      this.#waiting.delete(turn);
    }
  }

  async #hold(
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
  ): Promise<'done' | 'lost'> {
    const lost = new AbortController();
    this.#holders.set(name, lost);
    try {
      await work(AbortSignal.any([signal, lost.signal]));
      return lost.signal.aborted ? 'lost' : 'done';
    } catch (error) {
      // What was interrupted by the loss may fail; it starts over.
      if (lost.signal.aborted) return 'lost';
      throw error;
    } finally {
      this.#holders.delete(name);
      this.#wake();
    }
  }

  #wake(): void {
    for (const turn of this.#waiting) turn.nudge();
  }
}
