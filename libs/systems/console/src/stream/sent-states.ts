import type { ConsoleState } from '../ask/state.ts';

/** How long a sent state is kept for a browser that reconnects, and how many at most. */
const KEPT_MS = 60_000;
const MOST = 64;

interface Sent {
  sequence: number;
  at: number;
  view: string;
  state: ConsoleState;
}

/** The recently sent states by sequence: a browser that reconnects receives only what has changed since. */
export class SentStates {
  readonly #sent: Sent[] = [];
  // Starts at the current time, so that sequences of an earlier process are never reused.
  #sequence = Date.now();

  /** Records a state that was sent to a browser. @returns its sequence */
  note(view: string, state: ConsoleState, now = performance.now()): number {
    this.#sequence += 1;
    this.#sent.push({ sequence: this.#sequence, at: now, view, state });
    while (this.#sent.length > MOST || (this.#sent[0]?.at ?? now) < now - KEPT_MS) this.#sent.shift();
    return this.#sequence;
  }

  /** The state that was sent under a sequence; null if it belongs to another view or process, or is too old. */
  find(sequence: number | null, view: string): ConsoleState | null {
    return this.#sent.find((one) => one.sequence === sequence && one.view === view)?.state ?? null;
  }
}
