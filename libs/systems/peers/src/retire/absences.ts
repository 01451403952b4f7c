import type { Heartbeat } from '../presence/heartbeat.ts';

/** For how long nodes may be away. */
export interface Patience {
  readonly afterMs: number;
  readonly joiningAfterMs: number;
}

/**
 * Since when nodes have been away, as this process has seen it without a pause: how long a node was away before, or while this one
 * could not hear it, says nothing.
 */
export class Absences {
  readonly #patience: Patience;
  readonly #since = new Map<string, number>();
  /** Nodes that were heard from, and whether one of them has ever been complete. */
  readonly #wasReady = new Map<string, boolean>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /**
   * @param present who is there; null while that is not known
   * @param now milliseconds of a clock that never jumps
   * @returns members that have been away for too long
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
