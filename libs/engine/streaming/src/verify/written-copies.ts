import type { Etag } from '@nestjs-spark/contracts';
import {
  idKey,
  type ChangeSink,
  type IdRule,
  type StoredCopy,
  type WholeCopy,
} from '@nestjs-spark/contracts/internal';
import { ahead } from '@nestjs-spark/foundation/internal';
import { readContent, type CopyContent } from './copy-content.ts';

/** How many copies are kept that were read before their documents were named. */
const KEPT = { copies: 4_096, characters: 16 * 1024 * 1024 };
/** If there are more copies for which no document was named, they are not remembered. */
const MOST_LEFT = 10_000;

/** A copy and the document that it names as its source. */
export type NamedCopy = Pick<StoredCopy, 'id' | 'copyOf'>;

export interface WrittenCopiesParts {
  sink: Pick<ChangeSink, 'wholeCopies'>;
  /** The plain name of the copies. */
  name: string;
  /** How their store distinguishes ids. */
  ids: IdRule;
  /** Whether a document was named for this copy. */
  isSeen: (copy: NamedCopy) => boolean;
}

/**
 * Reads the copies of one name once, in the order in which they were written. That is nearly the order in which their owner's
 * documents were changed: when these are processed in that order, most copies have been read by then and need not be looked up by
 * id, which costs a store several times as much. A copy that is not returned is not necessarily missing: the caller looks it up.
 */
export class WrittenCopies {
  readonly #parts: WrittenCopiesParts;
  readonly #read: AsyncGenerator<WholeCopy[], void>;
  readonly #kept = new Map<string, WholeCopy>();
  #characters = 0;
  /** Null: there were too many. */
  #left: Map<string, NamedCopy> | null = new Map();

  constructor(parts: WrittenCopiesParts) {
    this.#parts = parts;
    this.#read = ahead(parts.sink.wholeCopies(parts.name), 1);
  }

  /**
   * Those of some copies that have been read, by key; each is returned once.
   * @param from copies of changes before this etag will not be requested any more
   */
  async take(keys: readonly string[], from: Etag): Promise<Map<string, CopyContent>> {
    const wanted = new Set(keys);
    const taken = new Map<string, CopyContent>();
    const place = (key: string, copy: WholeCopy): void => {
      if (wanted.delete(key)) taken.set(key, readContent(copy.text));
      else if (isLater(copy, from)) this.#keep(key, copy);
      else this.#leave(copy);
    };
    for (const [key, copy] of this.#kept) {
      if (!wanted.has(key) && isLater(copy, from)) continue;
      this.#drop(key);
      place(key, copy);
    }
    while (wanted.size > 0 && this.#hasRoom()) {
      const { value: some, done } = await this.#read.next();
      if (done) break;
      for (const copy of some) place(idKey(this.#parts.ids, copy.id), copy);
    }
    return taken;
  }

  /** Reads to the end. @returns those for which no document was named; null if they were too many to be remembered */
  async rest(signal: AbortSignal): Promise<NamedCopy[] | null> {
    for (const copy of this.#kept.values()) this.#leave(copy);
    this.#kept.clear();
    while (this.#left) {
      signal.throwIfAborted();
      const { value: some, done } = await this.#read.next();
      if (done) break;
      for (const copy of some) this.#leave(copy);
    }
    this.#forgetSeen();
    return this.#left && [...this.#left.values()];
  }

  async close(): Promise<void> {
    this.#kept.clear();
    await this.#read.return();
  }

  #hasRoom(): boolean {
    return this.#kept.size < KEPT.copies && this.#characters < KEPT.characters;
  }

  /** A copy that is rewritten is read again; the later one counts. */
  #keep(key: string, copy: WholeCopy): void {
    this.#drop(key);
    this.#kept.set(key, copy);
    this.#characters += copy.text.length;
  }

  #drop(key: string): void {
    this.#characters -= this.#kept.get(key)?.text.length ?? 0;
    this.#kept.delete(key);
  }

  #leave({ id, copyOf }: WholeCopy): void {
    if (!this.#left || this.#parts.isSeen({ id, copyOf })) return;
    this.#left.set(id, { id, copyOf });
    if (this.#left.size <= MOST_LEFT) return;
    this.#forgetSeen();
    // Otherwise they would be searched again and again.
    if (this.#left.size > MOST_LEFT / 2) this.#left = null;
  }

  /** Drops those whose documents were named after they had been read. */
  #forgetSeen(): void {
    for (const [id, copy] of this.#left ?? []) if (this.#parts.isSeen(copy)) this.#left?.delete(id);
  }
}

function isLater({ sourceEtag }: WholeCopy, etag: Etag): boolean {
  return sourceEtag !== null && sourceEtag >= etag;
}
