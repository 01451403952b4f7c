/** What a payer may have used of late, in ms, and still count as one that uses little: a task that follows live changes. */
const LITTLE_MS = 500;
/** After this time half of what was used is forgotten. */
const HALF_LIFE_MS = 10_000;

/** What a turn has taken, in ms. */
interface PaidTurn {
  ms: number;
  /** As much of that as it took to put the program in. */
  openingMs: number;
  /** It had to be ended before the work was done. */
  slow: boolean;
}

/**
 * Whose turn it is. Time is shared between payers, not turns: the payer that has used least of it is next, and within a payer
 * the job that has waited longest. Time that nobody asked for is not saved up. Decides only.
 */
export class FairTurns {
  /** Only of those who are ahead of the others; everybody else stands at `#now`. */
  readonly #spent = new Map<string, number>();
  readonly #slow = new Set<string>();
  readonly #lately = new Map<string, { ms: number; at: number }>();
  #now = 0;

  /** The place of the next among those that wait, of which there must be one. */
  choose(waiting: readonly string[]): number {
    let next = 0;
    for (const [place, payer] of waiting.entries()) {
      if (this.#standing(payer) < this.#standing(waiting[next] ?? '')) next = place;
    }
    this.#now = this.#standing(waiting[next] ?? '');
    for (const [payer, spent] of this.#spent) if (spent <= this.#now) this.#spent.delete(payer);
    return next;
  }

  /**
   * @param now in ms, of any clock that only goes forward
   */
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

  /** Whether the payer has used little of late, and so should not wait for those who use much. */
  isLight(payer: string, now: number): boolean {
    return this.usedLately(payer, now) < LITTLE_MS;
  }

  /** Of the pool's time, in ms that weigh less the longer ago they were. */
  usedLately(payer: string, now: number): number {
    const { ms, at } = this.#lately.get(payer) ?? { ms: 0, at: now };
    return ms * 0.5 ** ((now - at) / HALF_LIFE_MS);
  }

  #standing(payer: string): number {
    return Math.max(this.#spent.get(payer) ?? 0, this.#now);
  }
}
