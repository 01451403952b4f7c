import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { stamped } from '../job/move.ts';
import type { StoredJob } from '../job/store.ts';

/** How many changes can be read again. */
const MOST_KEPT = 10_000;

/** The last changes of jobs, in their order, to be read by many at their own pace in bounded memory. */
export class ChangeFeed {
  readonly #kept: StoredJob[] = [];
  readonly #news = new EventEmitter().setMaxListeners(0);
  #last = 0;

  get last(): number {
    return this.#last;
  }

  /** Numbers the change. */
  add(job: StoredJob['job']): StoredJob {
    const stored = stamped(job, ++this.#last);
    this.#kept.push(stored);
    if (this.#kept.length > 2 * MOST_KEPT) this.#kept.splice(0, MOST_KEPT);
    this.#news.emit('change');
    return stored;
  }

  /** What comes after a revision, from the oldest that is kept. */
  async *read(after: number, signal: AbortSignal): AsyncGenerator<StoredJob> {
    // A number from before a restart: all that is here came after it.
    let at = after > this.#last ? 0 : after;
    while (!signal.aborted) {
      const first = this.#kept[0]?.revision ?? this.#last + 1;
      const next = this.#kept[Math.max(0, at + 1 - first)];
      if (next) {
        at = next.revision;
        yield next;
      } else await once(this.#news, 'change', { signal }).catch(() => undefined);
    }
  }
}
