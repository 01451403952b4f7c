import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import {
  UNNAMED_RULE,
  idKey,
  type IdRule,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { inGroups } from '@nestjs-spark/foundation/internal';
import {
  isKeptWhole,
  keepable,
  type Reading,
  type SetAsideDocument,
  type SetAsideFailure,
} from './document.ts';
import { SetAsideEntries } from './entries.ts';

/** So many of a task are kept with their reasons; what fails beyond is only counted, and read again with everything else. */
export const KEPT_PER_TASK = 10_000;
const WRITES_AT_ONCE = 16;

/** How many are set aside now: read where it is kept, so that no report is older than the list beside it. */
export interface Counted {
  readonly count: number;
}

interface Known {
  /** Where it is kept: an older version had other ids for some. */
  storedId: string;
  documentId: string;
  copyId: string;
  kind: string;
  etag: Etag;
  count: number;
  firstAt: number;
  publishedIn: Etag | null;
  version: string | null;
  /** This instance has set it aside where nobody else had, or had no longer. */
  isFirst: boolean;
}

/**
 * Remembers which documents of a task are set aside, in this module's own database.
 *
 * Another instance may do the same without knowing of this one. Whoever of them is late finds out only when it publishes or
 * applies, so what it does here before must not take away what the other one has written.
 */
export class SetAside implements Counted {
  readonly #entries: SetAsideEntries;
  readonly #task: TaskKey;
  readonly #reading: Reading & { ids: IdRule };
  readonly #known = new Map<string, Known>();
  /** What other readings have left behind. */
  #others: Versioned<object>[] = [];
  #added: { documentId: string; etag: Etag }[] = [];
  #open = 0;
  #beyond = 0;

  private constructor(
    state: StateStore,
    task: TaskKey,
    { generation, incarnation, ids = UNNAMED_RULE }: Reading,
  ) {
    this.#entries = new SetAsideEntries(state, task);
    this.#task = task;
    this.#reading = { generation, incarnation, ids };
  }

  static async open(state: StateStore, task: TaskKey, reading: Reading): Promise<SetAside> {
    const opened = new SetAside(state, task, reading);
    const [stored, beyond] = await Promise.all([opened.#entries.list(), opened.#entries.readBeyond()]);
    opened.#learnAll(stored);
    if (beyond && opened.isOf(beyond.value)) opened.#beyond = beyond.value.count;
    else if (beyond) opened.#others.push(beyond);
    return opened;
  }

  /** Whether it is of this reading. */
  isOf({ generation, incarnation }: Reading): boolean {
    return generation === this.#reading.generation && incarnation === this.#reading.incarnation;
  }

  /** Whether it is of this reading, and documents are told apart by the same rule. */
  isFor(reading: Reading): boolean {
    return this.isOf(reading) && (reading.ids ?? UNNAMED_RULE) === this.#reading.ids;
  }

  /** The key of a document, or of a copy, by its owner's rule. */
  keyOf(id: string): string {
    return idKey(this.#reading.ids, id);
  }

  /**
   * Says that something was published or applied, up to `to`: whoever can do that is not late itself. What other readings set
   * aside goes then, because their documents are read again.
   */
  async published(to: Etag): Promise<void> {
    this.#added = this.#added.filter(({ etag }) => etag > to);
    const others = this.#others.splice(0);
    await inGroups(others, WRITES_AT_ONCE, ({ id, version }) => this.#entries.removeSeen(id, version));
  }

  /** Takes back what was set aside in vain, unless somebody else has said the same since. */
  async withdraw(copyIds: readonly string[]): Promise<void> {
    for (const copyId of copyIds) {
      const id = this.#idOf(copyId);
      const known = this.#known.get(id);
      if (!known?.isFirst) continue;
      this.#drop(id, known);
      await this.#entries.removeSeen(known.storedId, known.version);
    }
  }

  /** Looks for what somebody else has set aside meanwhile. */
  async refresh(): Promise<void> {
    this.#learnAll(await this.#entries.list());
  }

  get count(): number {
    return this.#open + this.#beyond;
  }

  /** Nothing is remembered of any document, so none has to be looked for. */
  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** The owner's ids of those that are kept with their reasons. */
  documents(): string[] {
    return this.#listOpen().map(({ documentId }) => documentId);
  }

  /** Those that were run again in sets which somebody at `to` does not have. */
  publishedAfter(to: Etag): string[] {
    const again = [...this.#known.values()].filter(({ publishedIn }) => (publishedIn ?? 0) > to);
    return again.map(({ documentId }) => documentId);
  }

  /** Those that this instance has set aside although no set up to `to` says so: another one may know better. */
  addedAfter(to: Etag): string[] {
    return this.#added.filter(({ etag }) => etag > to).map(({ documentId }) => documentId);
  }

  isOpen(documentId: string): boolean {
    return this.#known.get(this.#idOf(documentId))?.publishedIn === null;
  }

  /** The keys of the copies that were refused. */
  copies(): string[] {
    return this.#listOpen().map(({ copyId }) => this.keyOf(copyId));
  }

  /** Those that were set aside for one kind of reason. */
  ofKind(kind: string): { documentId: string; copyId: string }[] {
    return this.#listOpen().filter((known) => known.kind === kind);
  }

  /** The etag of the version that failed; null when the document is not set aside. */
  etagOf(documentId: string): Etag | null {
    return this.#known.get(this.#idOf(documentId))?.etag ?? null;
  }

  /** Says whether a copy, or any whose id begins so, was refused. */
  has(copyId: string): boolean {
    return this.#known.has(this.#idOf(copyId));
  }

  async add(failures: readonly SetAsideFailure[]): Promise<void> {
    if (failures.length === 0) return;
    const beyond = this.#beyond;
    this.#added.push(...failures.map(({ documentId, etag }) => ({ documentId, etag })));
    await inGroups(failures, WRITES_AT_ONCE, (failure) => this.#add(failure));
    if (this.#beyond > beyond) await this.#entries.writeBeyond(this.#reading, this.#beyond);
  }

  /**
   * Says that a document got through, or is gone.
   * @param etag the version that this is about; a later one that was set aside meanwhile stays
   */
  async clear(documentId: string, etag: Etag): Promise<void> {
    const id = this.#idOf(documentId);
    const known = this.#known.get(id);
    if (!known || known.etag > etag) return;
    const there = await this.#entries.read(known.storedId);
    if (this.#known.get(id) !== known) return;
    this.#drop(id, known);
    if (!there) return;
    if (there.value.etag <= etag) await this.#entries.remove(known.storedId);
    else this.#learn(there);
  }

  /** Says that a document was run again and is in the log now, unless a later version was set aside meanwhile. */
  async settle(documentId: string, etag: Etag, publishedIn: Etag): Promise<void> {
    const id = this.#idOf(documentId);
    const known = this.#known.get(id);
    if (!known || known.etag > etag) return;
    const there = await this.#entries.read(known.storedId);
    if (!there || there.value.etag > etag || known !== this.#known.get(id)) return;
    const settled = { ...there.value, publishedIn };
    known.version = (await this.#entries.write(known.storedId, settled, there.version)).version;
    if (known.publishedIn === null) this.#open--;
    known.publishedIn = publishedIn;
  }

  #learnAll(stored: Versioned<SetAsideDocument>[]): void {
    for (const entry of stored) this.#learn(entry);
    this.#others = stored.filter(({ value }) => !this.isOf(value));
  }

  #idOf(documentId: string): string {
    return this.#entries.idOf(this.#reading, this.keyOf(documentId));
  }

  #learn({ id: stored, value, version }: Versioned<SetAsideDocument>): void {
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
    if (!known && this.#known.size >= KEPT_PER_TASK) {
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
      task: this.#task,
      at,
      firstAt,
      count,
    };
    Object.assign(entry, await this.#entries.write(entry.storedId, value, entry.version));
  }
}
