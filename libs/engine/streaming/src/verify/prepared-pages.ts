import { isDeepStrictEqual } from 'node:util';
import type { Etag } from '@nestjs-spark/contracts';
import type { CaptureTask } from '../task/tasks.ts';
import type { Depth, ExpectedPage } from './expected.ts';

/** Longer than a requester needs between two requests. */
const KEPT_MS = 5_000;

/** What a page is prepared for. */
export interface PageWanted {
  task: CaptureTask;
  from: Etag;
  depth: Depth;
}

interface Prepared {
  wanted: PageWanted;
  page: Promise<ExpectedPage>;
  end: NodeJS.Timeout;
}

/**
 * The page that a requester will ask for next, prepared while the previous one is in transit: one for each task, for a short
 * time. It is used only for exactly the task for which it was prepared.
 */
export class PreparedPages {
  readonly #prepared = new Map<string, Prepared>();

  prepare(key: string, wanted: PageWanted, make: () => Promise<ExpectedPage>): void {
    this.#drop(key);
    const page = make();
    page.catch(() => undefined);
    const end = setTimeout(() => this.#drop(key), KEPT_MS).unref();
    this.#prepared.set(key, { wanted, page, end });
  }

  /**
   * Resolves when nothing is being prepared for this key any longer.
   * @returns the page if it was prepared; null: it has yet to be made
   */
  async take(key: string, wanted: PageWanted | null): Promise<ExpectedPage | null> {
    const prepared = this.#prepared.get(key);
    if (!prepared) return null;
    this.#drop(key);
    const page = await prepared.page.catch(() => null);
    return isDeepStrictEqual(prepared.wanted, wanted) ? page : null;
  }

  #drop(key: string): void {
    clearTimeout(this.#prepared.get(key)?.end);
    this.#prepared.delete(key);
  }
}
