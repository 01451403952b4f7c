import type { Etag } from '@nestjs-spark/contracts';
import type {
  ChangeSource,
  ChangePage,
  DeleteCover,
  Follow,
  Witness,
} from '@nestjs-spark/contracts/internal';
import type { Nudge } from '@nestjs-spark/foundation/internal';
import { makeRoom } from '../rerun/make-room.ts';
import type { CapturePosition } from '../publish/position.ts';
import { DeletesLostError, SourceReplacedError } from './source-errors.ts';
import type { WitnessGuard } from './witness-guard.ts';

const PAGE_DOCUMENTS = 2_048;

export interface ReadOptions {
  collection: string;
  /** Changes to hear of that change no document. */
  follow?: Follow;
  witness: WitnessGuard;
  /** Whether a page has to be published; others are only passed by. */
  wanted: (page: ChangePage) => boolean;
  /** Called with each page that is to be published, before it is. */
  handed: (page: ChangePage) => void;
  /** Called when nothing is left to read and nothing to publish. */
  idle: (page: ChangePage) => Promise<void>;
  /** Whether something is to be run again, for which a drained page has to leave room. */
  rerunsDue: () => Promise<boolean>;
  /** Wakes a waiting reader although nothing changed; the next page may then be empty. */
  nudge: Nudge;
  /** Longest wait between two pages. */
  idleMs: number;
}

/** A page to publish, with what the source's witness said when it was read. */
export interface WitnessedPage {
  page: ChangePage;
  witness: Witness;
}

/** The collection's changes after `position`, page by page, then those to come, until aborted. */
export async function* readPages(
  feed: ChangeSource,
  position: Readonly<CapturePosition>,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<WitnessedPage, void, undefined> {
  const { witness, wanted } = options;
  const { databaseId, began } = position;
  let from = position.to + 1;

  const read = async (fresh: boolean): Promise<ChangePage> => {
    const { collection, follow } = options;
    const followed = follow ? { follow } : {};
    const page = await feed.read({
      collection,
      from,
      deletesAfter: began,
      limit: PAGE_DOCUMENTS,
      fresh,
      ...followed,
    });
    if (page.databaseId !== databaseId || page.lastEtag < from - 1) throw new SourceReplacedError();
    return page;
  };

  while (!signal.aborted) {
    let page = await read(false);
    const again = page.drained && (await options.rerunsDue());
    const wants = wanted(page);
    if (((wants || again) && witness.stale) || (again && makeRoom(page) === null)) {
      await witness.raise();
      page = await read(true);
    }
    const publish = wants || (again && makeRoom(page) !== null);
    if (!publish) await requireDeletes(page);
    from = page.to + 1;
    if (publish) {
      options.handed(page);
      yield { page, witness: witness.use() };
    } else if (page.drained) await options.idle(page);
    if (!page.drained) continue;
    if (witness.ageing) await witness.raise();
    await untilMore(feed, page.to, options, signal);
  }
}

/** @throws {DeletesLostError} when deletes may be missing in the page */
export async function requireDeletes(page: ChangePage): Promise<DeleteCover> {
  const cover = await page.deletes;
  if (cover === 'lost') throw new DeletesLostError(page.from);
  return cover;
}

async function untilMore(
  feed: ChangeSource,
  etag: Etag,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new AbortController();
  const either = AbortSignal.any([signal, waiting.signal]);
  try {
    await Promise.race([feed.wait(etag, either), options.nudge.wait(either, options.idleMs)]);
  } finally {
    waiting.abort();
  }
}
