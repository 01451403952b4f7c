import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage, ChangeSource, DeleteCover, Follow } from '@nestjs-spark/contracts/internal';
import type { Nudge } from '@nestjs-spark/foundation/internal';
import type { CapturePosition } from '../task/position.ts';
import type { SharedPages, SharedReading } from './shared-pages.ts';
import { DeletesLostError, SourceReplacedError } from './source-errors.ts';

/** Preallocated, so that each wait does not create an error with its stack: there is one for every change of a live copy. */
const OVER = new Error('the wait is over');

export interface PageReaderOptions {
  collection: string;
  /** Which changes of extras to follow. */
  follow?: Follow;
  /** Where to continue reading. */
  position: CapturePosition;
}

/** Reads one collection's changes, page by page. */
export class PageReader {
  readonly #source: Pick<ChangeSource, 'wait'>;
  readonly #pages: SharedReading;
  readonly #options: PageReaderOptions;
  #from: Etag;

  constructor(source: Pick<ChangeSource, 'wait'>, pages: SharedPages, options: PageReaderOptions) {
    const { collection, follow, position } = options;
    this.#source = source;
    this.#options = options;
    this.#from = position.to + 1;
    this.#pages = pages.join({
      collection,
      from: this.#from,
      deletesAfter: position.began,
      ...(follow && { follow }),
    });
  }

  /**
   * The next page, and the same one again until it is marked as done.
   * @param fresh neither it, nor what is read later, may have been read before the call
   * @throws {SourceReplacedError} when it is from another or an older database
   */
  async read(fresh: boolean): Promise<ChangePage> {
    const { position } = this.#options;
    const page = await this.#pages.read(this.#from, fresh);
    if (page.databaseId !== position.databaseId || page.lastEtag < this.#from - 1)
      throw new SourceReplacedError();
    return page;
  }

  /** Moves on to what follows this page. */
  done({ to }: ChangePage): void {
    this.#from = to + 1;
  }

  /** What is read next must not come from before this call, whether read by another reader or read ahead by the source. */
  renew(): void {
    this.#pages.renew();
  }

  close(): void {
    this.#pages.leave();
  }

  /** Waits for changes after the done pages, for a nudge, or until the time is up: the next page may then be empty. */
  async untilMore(nudge: Nudge, milliseconds: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const either = AbortSignal.any([signal, waiting.signal]);
    try {
      await Promise.race([this.#source.wait(this.#from - 1, either), nudge.wait(either, milliseconds)]);
    } finally {
      waiting.abort(OVER);
    }
  }
}

/** @throws {DeletesLostError} when the page may lack deletes */
export async function requireDeletes(page: ChangePage): Promise<DeleteCover> {
  const cover = await page.deletes;
  if (cover === 'lost') throw new DeletesLostError(page.from);
  return cover;
}
