import { performance } from 'node:perf_hooks';
import { decideResumption, type ResumeFacts, type Resumption } from './resume.ts';

/** After this much quiet, in multiples of the longest wait, the next answer counts as the first one again. */
const QUIET = 2;
const LONGEST = 300;

/**
 * How often a capture reads again because the board says so. Anyone who can publish on the bus can write there, and could have everything
 * read again endlessly: the first answer is given at once, each further one after twice the wait of the one before. What the log itself
 * shows is never held up.
 */
export class Answers {
  readonly #firstMs: number;
  readonly #now: () => number;
  #given = 0;
  #lastAt = -Infinity;
  /** The session that begins now was started for an answer. */
  #isOwed = false;

  /** @param firstMs the wait between the first two answers; the longest is 300 times as long */
  constructor(firstMs: number, now: () => number = () => performance.now()) {
    this.#firstMs = firstMs;
    this.#now = now;
  }

  /** How long the next answer has to wait. */
  get waitMs(): number {
    if (this.#given === 0) return 0;
    const wait = Math.min(this.#firstMs * 2 ** (this.#given - 1), this.#longest);
    return Math.max(0, this.#lastAt + wait - this.#now());
  }

  /** Something was requested. @returns whether the session should end for it now; otherwise it may after `waitMs` */
  ask(): boolean {
    if (this.waitMs > 0) return false;
    this.#give();
    this.#isOwed = true;
    return true;
  }

  /** Where to continue; ignoring the board's request if that is more expensive than continuing by the log and has to wait. */
  decide(facts: ResumeFacts): { resumption: Resumption; isPostponed: boolean } {
    const isOwed = this.#isOwed;
    this.#isOwed = false;
    const asked = decideResumption(facts);
    const without = leastOf(facts);
    if (COST[asked.kind] <= COST[without.kind]) return { resumption: asked, isPostponed: false };
    if (!isOwed && this.waitMs > 0) return { resumption: without, isPostponed: true };
    if (!isOwed) this.#give();
    return { resumption: asked, isPostponed: false };
  }

  #give(): void {
    const now = this.#now();
    if (now - this.#lastAt > QUIET * this.#longest) this.#given = 0;
    this.#given++;
    this.#lastAt = now;
  }

  get #longest(): number {
    return LONGEST * this.#firstMs;
  }
}

const COST = { continue: 0, rewind: 1, begin: 2 } as const;

/** The cheapest resumption that the log allows, if the request may stay unanswered and the confirmation need not be believed. */
function leastOf(facts: ResumeFacts): Resumption {
  const unasked = decideResumption({ ...facts, resync: null });
  const unheard = decideResumption({ ...facts, resync: null, confirmed: null });
  return COST[unheard.kind] < COST[unasked.kind] ? unheard : unasked;
}
