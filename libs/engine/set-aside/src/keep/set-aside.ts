import type { Etag } from '@nestjs-spark/contracts';
import {
  UNNAMED_RULE,
  idKey,
  type IdRule,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { inGroups } from '@nestjs-spark/foundation/internal';
import { isKeptWhole, keepable, type Reading, type SetAsideRecord, type SetAsideFailure } from './record.ts';
import { SetAsideEntries } from './entries.ts';

/**
 * How many records of a name are kept with their reasons; failures beyond that are only counted, and read again with everything
 * else.
 */
export const KEPT_PER_NAME = 10_000;
const WRITES_AT_ONCE = 16;

interface Known {
  /** The id it is stored under: an older version used different ids for some. */
  storedId: string;
  documentId: string;
  copyId: string;
  kind: string;
  etag: Etag;
  count: number;
  firstAt: number;
  publishedIn: Etag | null;
  version: string | null;
  /** Whether this instance set it aside first, or again after it was removed. */
  isFirst: boolean;
}

/**
 * Records which records of a name are set aside, in this module's own database. A record's key is the id of what was refused, in
 * any spelling that its source considers the same: the document's own id, unless a copy with another id was made of it.
 *
 * Another instance may do the same without knowing of this one. A late instance only finds out when it publishes or applies, so
 * what it does here before that must not remove what the other one has written.
 */
export class SetAside {
  readonly #entries: SetAsideEntries;
  readonly #reading: Reading & { ids: IdRule };
  readonly #known = new Map<string, Known>();
  /** What earlier readings have left behind. */
  #others: Versioned<object>[] = [];
  #added: { documentId: string; etag: Etag }[] = [];
  #open = 0;
  #beyond = 0;

  private constructor(
    state: StateStore,
    name: string,
    { generation, incarnation, ids = UNNAMED_RULE }: Reading,
  ) {
    this.#entries = new SetAsideEntries(state, name);
    this.#reading = { generation, incarnation, ids };
  }

  static async open(state: StateStore, name: string, reading: Reading): Promise<SetAside> {
    const opened = new SetAside(state, name, reading);
    const [stored, beyond] = await Promise.all([opened.#entries.list(), opened.#entries.readBeyond()]);
    opened.#learnAll(stored);
    if (beyond && opened.isOf(beyond.value)) opened.#beyond = beyond.value.count;
    else if (beyond) opened.#others.push(beyond);
    return opened;
  }

  /** Whether it belongs to this reading. */
  isOf({ generation, incarnation }: Reading): boolean {
    return generation === this.#reading.generation && incarnation === this.#reading.incarnation;
  }

  /** Whether it belongs to this reading, with the same id rule. */
  isFor(reading: Reading): boolean {
    return this.isOf(reading) && (reading.ids ?? UNNAMED_RULE) === this.#reading.ids;
  }

  /** The key of a document, or of a copy, by the rule of its source. */
  keyOf(id: string): string {
    return idKey(this.#reading.ids, id);
  }

  /**
   * Records that something was published or applied, up to `to`, which shows that this instance is not late. Entries of other
   * readings are then removed, because their documents are read again.
   */
  async published(to: Etag): Promise<void> {
    this.#added = this.#added.filter(({ etag }) => etag > to);
    const others = this.#others.splice(0);
    await inGroups(others, WRITES_AT_ONCE, ({ id, version }) => this.#entries.removeSeen(id, version));
  }

  /** Removes entries that turned out to be unnecessary, unless another instance has written the same since. */
  async withdraw(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const id = this.#idOf(key);
      const known = this.#known.get(id);
      if (!known?.isFirst) continue;
      this.#drop(id, known);
      await this.#entries.removeSeen(known.storedId, known.version);
    }
  }

  /** Reads what other instances have set aside in the meantime. */
  async refresh(): Promise<void> {
    this.#learnAll(await this.#entries.list());
  }

  /** How many are set aside now. */
  get count(): number {
    return this.#open + this.#beyond;
  }

  /** No document has a record, so no lookup is needed. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** The owner's ids of the records that are kept with their reasons. */
  documents(): string[] {
    return this.#listOpen().map(({ documentId }) => documentId);
  }

  /** Those whose rerun is in sets after `to`, so that a requester at `to` lacks them. */
  publishedAfter(to: Etag): string[] {
    const again = [...this.#known.values()].filter(({ publishedIn }) => (publishedIn ?? 0) > to);
    return again.map(({ documentId }) => documentId);
  }

  /** Those that this instance has set aside and no set up to `to` confirms: another instance may know better. */
  addedAfter(to: Etag): string[] {
    return this.#added.filter(({ etag }) => etag > to).map(({ documentId }) => documentId);
  }

  /** Whether a record is set aside and has not been rerun successfully. */
  isOpen(key: string): boolean {
    return this.#known.get(this.#idOf(key))?.publishedIn === null;
  }

  /** The keys of the refused copies. */
  copies(): string[] {
    return this.#listOpen().map(({ copyId }) => this.keyOf(copyId));
  }

  /** Those set aside for a given kind of reason. */
  ofKind(kind: string): { documentId: string; copyId: string; etag: Etag }[] {
    return this.#listOpen().filter((known) => known.kind === kind);
  }

  /** The etag of the version that failed; null when the document is not set aside. */
  etagOf(key: string): Etag | null {
    return this.#known.get(this.#idOf(key))?.etag ?? null;
  }

  /** Whether a copy, or any copy whose id begins with this, was refused. */
  has(key: string): boolean {
    return this.#known.has(this.#idOf(key));
  }

  /** Sets records aside, except those already set aside for a later version. */
  async add(failures: readonly SetAsideFailure[]): Promise<void> {
    if (failures.length === 0) return;
    const beyond = this.#beyond;
    this.#added.push(...failures.map(({ documentId, etag }) => ({ documentId, etag })));
    await inGroups(failures, WRITES_AT_ONCE, (failure) => this.#add(failure));
    if (this.#beyond > beyond) await this.#entries.writeBeyond(this.#reading, this.#beyond);
  }

  /**
   * Clears a document that succeeded or is gone.
   * @param etag the version concerned; a later one that was set aside in the meantime stays
   */
  async clear(key: string, etag: Etag): Promise<void> {
    const id = this.#idOf(key);
    const known = this.#known.get(id);
    if (!known || known.etag > etag) return;
    const there = await this.#entries.read(known.storedId);
    if (this.#known.get(id) !== known) return;
    this.#drop(id, known);
    if (!there) return;
    if (there.value.etag <= etag) await this.#entries.remove(known.storedId);
    else this.#learn(there);
  }

  /** Records that a document was rerun and is now in the log, unless a later version was set aside in the meantime. */
  async settle(key: string, etag: Etag, publishedIn: Etag): Promise<void> {
    const id = this.#idOf(key);
    const known = this.#known.get(id);
    if (!known || known.etag > etag) return;
    const there = await this.#entries.read(known.storedId);
    if (!there || there.value.etag > etag || known !== this.#known.get(id)) return;
    const settled = { ...there.value, publishedIn };
    known.version = (await this.#entries.write(known.storedId, settled, there.version)).version;
    if (known.publishedIn === null) this.#open--;
    known.publishedIn = publishedIn;
  }

  #learnAll(stored: Versioned<SetAsideRecord>[]): void {
    for (const entry of stored) this.#learn(entry);
    this.#others = stored.filter(({ value }) => !this.isOf(value));
  }

  #idOf(key: string): string {
    return this.#entries.idOf(this.#reading, this.keyOf(key));
  }

  #learn({ id: stored, value, version }: Versioned<SetAsideRecord>): void {
    const { documentId, copyId = documentId, kind, publishedIn = null, etag, count, firstAt } = value;
    const id = isKeptWhole(copyId) ? this.#idOf(copyId) : stored;
    const known = this.#known.get(id);
    if (!this.isOf(value) || known?.version === version) return;
    if (known) this.#drop(id, known);
    const entry = { storedId: stored, documentId, copyId, kind, etag, count, firstAt, publishedIn, version };
    this.#known.set(id, { ...entry, isFirst: false });
    if (publishedIn === null) this.#open++;
  }

  #drop(id: string, known: Known): void {
    this.#known.delete(id);
    if (known.publishedIn === null) this.#open--;
  }

  #listOpen(): Known[] {
    return [...this.#known.values()].filter(({ publishedIn }) => publishedIn === null);
  }

  async #add(failure: SetAsideFailure): Promise<void> {
    const id = this.#idOf(failure.copyId ?? failure.documentId);
    const known = this.#known.get(id);
    if (known && known.etag > failure.etag) return;
    if (!known && this.#known.size >= KEPT_PER_NAME) {
      this.#beyond++;
      return;
    }
    const at = Date.now();
    const firstAt = known?.firstAt ?? at;
    const count = (known?.count ?? 0) + 1;
    const { documentId, copyId = documentId, kind, etag } = failure;
    const version = known?.version ?? null;
    const entry: Known = {
      storedId: known?.storedId ?? id,
      documentId,
      copyId,
      kind,
      etag,
      count,
      firstAt,
      publishedIn: null,
      version,
      isFirst: false,
    };
    if (known?.publishedIn !== null) this.#open++;
    this.#known.set(id, entry);
    const value = {
      ...keepable(failure),
      ...this.#reading,
      at,
      firstAt,
      count,
    };
    try {
      Object.assign(entry, await this.#entries.write(entry.storedId, value, entry.version));
    } catch (error) {
      await this.#onlyCount(id, entry, error);
    }
  }

  /**
   * A store may refuse the text of an entry. If it accepts the count, the entry's content is to blame. @throws `error` otherwise
   */
  async #onlyCount(id: string, entry: Known, error: unknown): Promise<void> {
    await this.#entries.writeBeyond(this.#reading, this.#beyond + 1).catch(() => {
      throw error;
    });
    if (this.#known.get(id) === entry) this.#drop(id, entry);
    this.#beyond++;
  }
}
