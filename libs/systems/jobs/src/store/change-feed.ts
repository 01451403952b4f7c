import { EventEmitter, once } from 'node:events';
import { stamped } from '../job/move.ts';
import type { StoredJob } from '../job/store.ts';

/** How many changes can be read one by one. */
const MOST_KEPT = 10_000;
/** How many a reader gets together. */
const TOGETHER = 256;

/**
 * The last changes of jobs, in their order, to be read by many at their own pace in bounded memory. Who is further behind gets each job
 * that has changed as it is by now, which tells what became of it before.
 */
export class ChangeFeed {
  readonly #jobs: () => Iterable<StoredJob>;
  readonly #mostKept: number;
  readonly #kept: StoredJob[] = [];
  readonly #news = new EventEmitter().setMaxListeners(0);
  #last = 0;

  /** @param jobs all that are stored, each as it is now */
  constructor(jobs: () => Iterable<StoredJob>, mostKept = MOST_KEPT) {
    this.#jobs = jobs;
    this.#mostKept = mostKept;
  }

  get last(): number {
    return this.#last;
  }

  /** Numbers the change. */
  add(job: StoredJob['job']): StoredJob {
    const stored = stamped(job, ++this.#last);
    this.#kept.push(stored);
    if (this.#kept.length > 2 * this.#mostKept) this.#kept.splice(0, this.#mostKept);
    this.#news.emit('change');
    return stored;
  }

  /** What comes after a revision. */
  async *read(after: number, signal: AbortSignal): AsyncGenerator<StoredJob> {
    // A number from before a restart: all that is here came after it.
    let at = after > this.#last ? 0 : after;
    while (!signal.aborted) {
      if (at === this.#last) await once(this.#news, 'change', { signal }).catch(() => undefined);
      const { changes, to } = this.#after(at);
      for (const change of changes) {
        if (signal.aborted) return;
        yield change;
      }
      at = to;
    }
  }

  /** Some of the changes after a revision, and up to which they are all. */
  #after(at: number): { changes: StoredJob[]; to: number } {
    const first = this.#kept[0]?.revision ?? this.#last + 1;
    if (at + 1 < first) {
      const missed = [...this.#jobs()].filter(({ revision }) => revision > at && revision < first);
      return { changes: missed.toSorted((a, b) => a.revision - b.revision), to: first - 1 };
    }
    const changes = this.#kept.slice(at + 1 - first, at + 1 - first + TOGETHER);
    return { changes, to: changes.at(-1)?.revision ?? at };
  }
}
