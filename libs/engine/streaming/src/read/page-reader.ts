import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage, ChangeSource, DeleteCover, Follow } from '@nestjs-spark/contracts/internal';
import type { Nudge } from '@nestjs-spark/foundation/internal';
import type { CapturePosition } from '../task/position.ts';
import { DeletesLostError, SourceReplacedError } from './source-errors.ts';

/** How much is read at once. */
export interface BatchSize {
  /** Asked for before each page. */
  readonly documents: number;
}

export const BATCH: BatchSize = { documents: 2_048 };

export interface PageReaderOptions {
  collection: string;
  /** Changes to hear of that change no document. */
  follow?: Follow;
  /** Reads on from there. */
  position: CapturePosition;
  batch: BatchSize;
}

/** Reads one collection's changes, page after page. */
export class PageReader {
  readonly #source: ChangeSource;
  readonly #options: PageReaderOptions;
  #from: Etag;

  constructor(source: ChangeSource, options: PageReaderOptions) {
    this.#source = source;
    this.#options = options;
    this.#from = options.position.to + 1;
  }

  /**
   * The next page, the same again until it counts as done.
   * @param fresh nothing of it may have been read before the call
   * @throws {SourceReplacedError} when it is of another or an older database
   */
  async read(fresh: boolean): Promise<ChangePage> {
    const { collection, follow, position, batch } = this.#options;
    const page = await this.#source.read({
      collection,
      from: this.#from,
      deletesAfter: position.began,
      limit: batch.documents,
      fresh,
      ...(follow && { follow }),
    });
    if (page.databaseId !== position.databaseId || page.lastEtag < this.#from - 1)
      throw new SourceReplacedError();
    return page;
  }

  /** What follows this page is next. */
  done({ to }: ChangePage): void {
    this.#from = to + 1;
  }

  /** Waits for changes after what is done, for a nudge, or until the time is up: the next page may then be empty. */
  async untilMore(nudge: Nudge, milliseconds: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const either = AbortSignal.any([signal, waiting.signal]);
    try {
      await Promise.race([this.#source.wait(this.#from - 1, either), nudge.wait(either, milliseconds)]);
    } finally {
      waiting.abort();
    }
  }
}

/** @throws {DeletesLostError} when deletes may be missing in the page */
export async function requireDeletes(page: ChangePage): Promise<DeleteCover> {
  const cover = await page.deletes;
  if (cover === 'lost') throw new DeletesLostError(page.from);
  return cover;
}
