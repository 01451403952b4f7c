/**
 * Whose turn it is. Time is shared between payers, not turns: the payer that has used least of it is next, and within a payer
 * the job that has waited longest. Time that nobody asked for is not saved up. Decides only.
 */
export class FairTurns {
  /** Only of those who are ahead of the others; everybody else stands at `#now`. */
  readonly #spent = new Map<string, number>();
  readonly #slow = new Set<string>();
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

  /** @param slow the turn had to be ended before the work was done */
  paid(payer: string, ms: number, slow: boolean): void {
    this.#spent.set(payer, this.#standing(payer) + ms);
    if (slow) this.#slow.add(payer);
    else this.#slow.delete(payer);
  }

  /** Whether the payer's last turn was a slow one. */
  isSlow(payer: string): boolean {
    return this.#slow.has(payer);
  }

  #standing(payer: string): number {
    return Math.max(this.#spent.get(payer) ?? 0, this.#now);
  }
}
