import { isDeepStrictEqual } from 'node:util';
import type { Etag } from '@nestjs-spark/contracts';
import type { CaptureTask } from '../task/tasks.ts';
import type { Depth, ExpectedPage } from './expected.ts';
import { KeptBriefly } from './kept-briefly.ts';

/** What a page is prepared for. */
export interface PageWanted {
  task: CaptureTask;
  from: Etag;
  depth: Depth;
}

interface Prepared {
  wanted: PageWanted;
  page: Promise<ExpectedPage>;
}

/**
 * The page that a requester will ask for next, prepared while the previous one is in transit: one for each task, for a short
 * time. It is used only for exactly the task for which it was prepared.
 */
export class PreparedPages {
  readonly #prepared = new KeptBriefly<Prepared>();

  prepare(key: string, wanted: PageWanted, make: () => Promise<ExpectedPage>): void {
    const page = make();
    page.catch(() => undefined);
    this.#prepared.keep(key, { wanted, page });
  }

  /**
   * Resolves when nothing is being prepared for this key any longer.
   * @returns the page if it was prepared; null: it has yet to be made
   */
  async take(key: string, wanted: PageWanted | null): Promise<ExpectedPage | null> {
    const prepared = this.#prepared.take(key);
    if (!prepared) return null;
    const page = await prepared.page.catch(() => null);
    return isDeepStrictEqual(prepared.wanted, wanted) ? page : null;
  }
}
