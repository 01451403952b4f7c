import type { Heartbeat } from '../presence/heartbeat.ts';

/** How long nodes may be absent. */
export interface Patience {
  readonly afterMs: number;
  readonly joiningAfterMs: number;
}

/** How long nodes have been absent while this process was connected and looked. */
export class Absences {
  readonly #patience: Patience;
  readonly #since = new Map<string, number>();
  /** The nodes seen so far, and whether each has ever been complete. */
  readonly #wasReady = new Map<string, boolean>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /**
   * @param present the present nodes; null if unknown
   * @param now milliseconds of a monotonic clock
   * @returns members that have been absent for too long
   */
  look<M extends { readonly node: string }>(
    present: readonly Pick<Heartbeat, 'node' | 'state'>[] | null,
    members: readonly M[],
    now: number,
  ): M[] {
    if (present === null) {
      this.#since.clear();
      return [];
    }
    for (const { node, state } of present) {
      this.#since.delete(node);
      this.#wasReady.set(node, state === 'ready' || this.#wasReady.get(node) === true);
    }
    const there = new Set(present.map(({ node }) => node));
    const away = members.filter(({ node }) => !there.has(node));
    for (const { node } of away) if (!this.#since.has(node)) this.#since.set(node, now);
    return away.filter(({ node }) => now - (this.#since.get(node) ?? now) >= this.#limitOf(node));
  }

  #limitOf(node: string): number {
    return this.#wasReady.get(node) === false ? this.#patience.joiningAfterMs : this.#patience.afterMs;
  }
}
