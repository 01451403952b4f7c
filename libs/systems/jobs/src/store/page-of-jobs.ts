import type { Job } from '../job/job.ts';
import type { JobPage, JobQuery, StoredJob } from '../job/store.ts';
import { matches } from './matches.ts';

/** Fills a page with the newest jobs that match a query, from jobs in any order. */
export class PageOfJobs {
  readonly #query: JobQuery;
  readonly #from: Place | null;
  /** Newest first; holds one more than the page, to know whether there is another page. */
  readonly #items: StoredJob[] = [];

  constructor(query: JobQuery) {
    this.#query = query;
    this.#from = query.cursor === undefined ? null : readCursor(query.cursor);
  }

  /** Call it once per job. */
  offer({ job, revision }: StoredJob): void {
    if (!matches(job, this.#query)) return;
    const place = placeOf(job);
    if (this.#from && compare(place, this.#from) <= 0) return;
    const at = this.#items.findIndex((one) => compare(placeOf(one.job), place) > 0);
    this.#items.splice(at < 0 ? this.#items.length : at, 0, { job: withoutContents(job), revision });
    this.#items.splice(this.#query.take + 1);
  }

  /** Whether no job with a place below `order` can still be on the page. */
  isWhole(order: number): boolean {
    const last = this.#items[this.#query.take - 1];
    return this.#items.length > this.#query.take && last !== undefined && placeOf(last.job).order >= order;
  }

  done(): JobPage {
    const items = this.#items.slice(0, this.#query.take);
    const last = items.at(-1);
    return { items, cursor: last && this.#items.length > items.length ? cursorAt(last.job) : null };
  }
}

interface Place {
  order: number;
  jobId: string;
}

function placeOf({ order, jobId }: Job): Place {
  return { order: order ?? 0, jobId };
}

/** Negative if the first is newer. */
function compare(a: Place, b: Place): number {
  if (a.order !== b.order) return b.order - a.order;
  return a.jobId === b.jobId ? 0 : a.jobId > b.jobId ? -1 : 1;
}

function cursorAt(job: Job): string {
  const { order, jobId } = placeOf(job);
  return `${order}-${jobId}`;
}

function readCursor(cursor: string): Place {
  const dash = cursor.indexOf('-');
  return { order: Number(cursor.slice(0, dash)), jobId: cursor.slice(dash + 1) };
}

/** Pages do not show contents, and they may be large. */
function withoutContents(job: Job): Job {
  const { input, result } = job;
  return {
    ...job,
    input: input && { ...input, inline: undefined },
    result: result && { ...result, inline: undefined },
  };
}
