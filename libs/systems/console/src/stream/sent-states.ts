import type { ConsoleState } from '../ask/state.ts';

/** What a browser that was cut off had seen is kept this long, and of so many messages at most. */
const KEPT_MS = 60_000;
const MOST = 64;

interface Sent {
  sequence: number;
  at: number;
  view: string;
  state: ConsoleState;
}

/** The states that were sent last, each by its sequence: a browser that comes back is told only what has changed since. */
export class SentStates {
  readonly #sent: Sent[] = [];
  // A sequence of an earlier process is never one of this one's.
  #sequence = Date.now();

  /** Keeps a state as the one that a browser has. @returns its sequence */
  note(view: string, state: ConsoleState, now = performance.now()): number {
    this.#sequence += 1;
    this.#sent.push({ sequence: this.#sequence, at: now, view, state });
    while (this.#sent.length > MOST || (this.#sent[0]?.at ?? now) < now - KEPT_MS) this.#sent.shift();
    return this.#sequence;
  }

  /** The state that was sent under a sequence; null for one of another view, another process or long ago. */
  find(sequence: number | null, view: string): ConsoleState | null {
    return this.#sent.find((one) => one.sequence === sequence && one.view === view)?.state ?? null;
  }
}
