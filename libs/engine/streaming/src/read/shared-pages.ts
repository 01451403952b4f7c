import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage, ChangeSource, FeedQuery, SourceChange } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { answersWith, isWanted, type KeptPage } from './serve-page.ts';

/** How much is read at once. */
export interface BatchSize {
  /** Asked for before each page. */
  readonly documents: number;
}

export const BATCH: BatchSize = { documents: 2_048 };

/** What one reader wants to read of a source, from there on. */
export type Reading = Pick<FeedQuery, 'collection' | 'from' | 'deletesAfter' | 'follow'>;

/** Bytes that are kept for readers behind the first one. */
const KEPT_BYTES = 8 * 1024 * 1024;

/**
 * Reads a source for several readers: what one has read, those close behind it are given. Each has its own place, and
 * none waits for another: a page that is gone, or was read too early for a reader, that reader reads itself.
 */
export class SharedPages {
  readonly #source: Pick<ChangeSource, 'read'>;
  readonly #batch: BatchSize;
  readonly #keptBytes: number;
  readonly #groups = new Map<string, Group>();

  constructor(source: Pick<ChangeSource, 'read'>, batch: BatchSize = BATCH, keptBytes = KEPT_BYTES) {
    this.#source = source;
    this.#batch = batch;
    this.#keptBytes = keptBytes;
  }

  /** Reads with the others that read the same until `leave`. */
  join(reading: Reading): SharedReading {
    const key = groupKey(reading);
    const group = this.#groups.get(key) ?? new Group(this.#source, this.#batch, this.#keptBytes);
    this.#groups.set(key, group);
    return group.join(reading, () => this.#groups.delete(key));
  }
}

/** One reader's view of the pages. */
export interface SharedReading {
  /**
   * The changes from there on.
   * @param fresh nothing of it, or of what is read later, may have been read before the call
   */
  read(from: Etag, fresh: boolean): Promise<ChangePage>;
  /** Nothing that was read before this call, by whomever, is in what this reader reads next. */
  renew(): void;
  /** What was kept for this reader alone is forgotten. */
  leave(): void;
}

interface Reader {
  readonly reading: Reading;
  at: Etag;
  /** What was read earlier is not for it. */
  since: number;
}

/** The readers of one collection. */
class Group {
  readonly #source: Pick<ChangeSource, 'read'>;
  readonly #batch: BatchSize;
  readonly #keptBytes: number;
  readonly #readers = new Set<Reader>();
  #pages: KeptPage[] = [];
  /** Counts what happens, so that before and after can be told apart. */
  #moment = 0;
  /** When the source was last asked for something fresh: it may have read ahead what it answers since, but not before that. */
  #freshAt = 0;

  constructor(source: Pick<ChangeSource, 'read'>, batch: BatchSize, keptBytes: number) {
    this.#source = source;
    this.#batch = batch;
    this.#keptBytes = keptBytes;
  }

  join(reading: Reading, onEmpty: () => void): SharedReading {
    const reader: Reader = { reading, at: reading.from, since: ++this.#moment };
    this.#readers.add(reader);
    return {
      read: (from, fresh) => this.#read(reader, from, fresh),
      renew: () => void (reader.since = ++this.#moment),
      leave: () => {
        if (!this.#readers.delete(reader)) return;
        this.#forget();
        if (this.#readers.size === 0) onEmpty();
      },
    };
  }

  #read(reader: Reader, from: Etag, fresh: boolean): Promise<ChangePage> {
    reader.at = from;
    if (fresh) reader.since = ++this.#moment;
    if (this.#readers.size > 1) return this.#readTogether(reader, from);
    this.#pages = [];
    return this.#question(reader, from, reader.reading.deletesAfter);
  }

  async #readTogether(reader: Reader, from: Etag): Promise<ChangePage> {
    const { deletesAfter } = reader.reading;
    const kept = this.#pages.find((page) => answersWith(page, { from, deletesAfter, since: reader.since }));
    this.#forget();
    return (kept && (await shared(kept, from, deletesAfter))) ?? this.#ask(reader, from);
  }

  async #ask(reader: Reader, from: Etag): Promise<ChangePage> {
    // The earliest of all, so that what one reads is complete for the others.
    const deletesAfter = Math.min(...[...this.#readers].map(({ reading }) => reading.deletesAfter));
    const answer = this.#question(reader, from, deletesAfter);
    const page: KeptPage = { from, to: null, deletesAfter, readAfter: this.#freshAt, answer, bytes: 0 };
    this.#pages.push(page);
    try {
      const { to, changes, deletes } = await answer;
      deletes.catch(() => this.#drop(page));
      page.to = to;
      page.bytes = bytesHeldBy(changes);
      const own = reader.reading.deletesAfter;
      if (isExact(page, from, own)) return await answer;
      return (await shared(page, from, own)) ?? (await this.#readAlone(reader, from));
    } catch (error) {
      this.#drop(page);
      throw error;
    } finally {
      this.#forget();
    }
  }

  /** Deletes may be missing for the others only. */
  #readAlone(reader: Reader, from: Etag): Promise<ChangePage> {
    return this.#question(reader, from, reader.reading.deletesAfter, true);
  }

  /** A source may answer with what it has read ahead, unless this reader needs something younger. */
  #question(
    { reading, since }: Reader,
    from: Etag,
    deletesAfter: Etag,
    isAlone = false,
  ): Promise<ChangePage> {
    const fresh = isAlone || this.#freshAt <= since;
    if (fresh) this.#freshAt = ++this.#moment;
    return this.#source.read({ ...reading, from, deletesAfter, limit: this.#batch.documents, fresh });
  }

  #drop(page: KeptPage): void {
    this.#pages = this.#pages.filter((other) => other !== page);
  }

  /** The newest pages stay, as many as may, where somebody is still to come. */
  #forget(): void {
    const readers = [...this.#readers];
    let bytes = 0;
    this.#pages = this.#pages
      .toReversed()
      .filter((page) => isWanted(page, readers) && (bytes += page.bytes) <= this.#keptBytes)
      .toReversed();
  }
}

function isExact(kept: KeptPage, from: Etag, deletesAfter: Etag): boolean {
  const asFrom = (etag: Etag) => Math.max(etag, from - 1);
  return from === kept.from && asFrom(deletesAfter) === asFrom(kept.deletesAfter);
}

/** The page as this reader would have read it, or null where that is not sure, or another one failed at it. */
async function shared(kept: KeptPage, from: Etag, deletesAfter: Etag): Promise<ChangePage | null> {
  const page = await kept.answer.catch(() => null);
  if (page === null || (page.to < from && from !== page.from)) return null;
  const cover = await page.deletes.catch(() => null);
  if (cover === null) return null;
  if (isExact(kept, from, deletesAfter)) return page;
  const deletes = cover === 'lost' && page.to <= deletesAfter ? 'kept' : cover;
  if (deletes === 'lost') return null;
  const changes = page.changes.filter(
    ({ kind, etag }) => etag >= from && (kind !== 'delete' || etag > deletesAfter),
  );
  return { ...page, from, changes, deletes: Promise.resolve(deletes) };
}

/** A document may be a part of an answer, all of which stays in memory with it. */
function bytesHeldBy(changes: readonly SourceChange[]): number {
  const answers = new Set(changes.flatMap((one) => (one.kind === 'delete' ? [] : [one.json.buffer])));
  return [...answers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function groupKey({ collection, follow }: Reading): string {
  const followed = follow ? `${follow.counters}|${follow.timeSeries}` : '';
  return `${nameKey(collection)}|${followed}`;
}
