/** Time that a payer may have used recently, in ms, and still count as light: a task that follows live changes. */
const LITTLE_MS = 500;
/** Half-life of past usage. */
const HALF_LIFE_MS = 10_000;

/** The cost of a turn, in ms. */
interface PaidTurn {
  ms: number;
  /** The part spent on loading the program. */
  openingMs: number;
  /** It had to be terminated before the work was done. */
  slow: boolean;
}

/**
 * Decides whose turn it is. Payers share time, not turns: the payer that has used the least is next, and within a payer the job
 * that has waited longest. Unclaimed time does not accumulate. Makes decisions only.
 */
export class FairTurns {
  /** Only for payers ahead of the others; everyone else is at `#now`. */
  readonly #spent = new Map<string, number>();
  readonly #slow = new Set<string>();
  readonly #lately = new Map<string, { ms: number; at: number }>();
  #now = 0;

  /** The index of the next one among those waiting, of which there must be at least one. */
  choose(waiting: readonly string[]): number {
    let next = 0;
    for (const [place, payer] of waiting.entries()) {
      if (this.#standing(payer) < this.#standing(waiting[next] ?? '')) next = place;
    }
    this.#now = this.#standing(waiting[next] ?? '');
    for (const [payer, spent] of this.#spent) if (spent <= this.#now) this.#spent.delete(payer);
    return next;
  }

  /** @param now in ms, of any monotonic clock */
  paid(payer: string, { ms, openingMs, slow }: PaidTurn, now: number): void {
    this.#spent.set(payer, this.#standing(payer) + ms);
    this.#lately.set(payer, { ms: this.usedLately(payer, now) + ms - openingMs, at: now });
    if (slow) this.#slow.add(payer);
    else this.#slow.delete(payer);
  }

  /** Whether the payer's last turn was a slow one. */
  isSlow(payer: string): boolean {
    return this.#slow.has(payer);
  }

  /** Whether the payer has used little recently, and so should not wait for heavy users. */
  isLight(payer: string, now: number): boolean {
    return this.usedLately(payer, now) < LITTLE_MS;
  }

  /** The pool's time used recently, in ms that decay with age. */
  usedLately(payer: string, now: number): number {
    const { ms, at } = this.#lately.get(payer) ?? { ms: 0, at: now };
    return ms * 0.5 ** ((now - at) / HALF_LIFE_MS);
  }

  #standing(payer: string): number {
    return Math.max(this.#spent.get(payer) ?? 0, this.#now);
  }
}
