import { VersionConflictError, type Etag, type TaskKey } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { inGroups } from '../flow/in-groups.ts';
import { SET_ASIDE, beyondId, setAsideId, setAsidePrefix } from '../retry/state-ids.ts';

/** So many of a task are kept with their reasons; what fails beyond is only counted, and read again with everything else. */
export const KEPT_PER_TASK = 10_000;
const WRITES_AT_ONCE = 16;
const LONGEST_TEXT = 2_000;

/** Why a document is not at the requester: its script failed at the owner, or the requester's store would not take it. */
export interface SetAsideReason {
  /** In the user's own terms. */
  reason: string;
  /** How the script failed; `refused` when the store would not take what it made. */
  kind: string;
  /** 1-based place in the user's own script; null where there is none. */
  line: number | null;
  column: number | null;
}

/** A document that waits for a changed script or document, or for someone to run it again, while the rest goes on. */
export interface SetAsideDocument extends SetAsideReason {
  task: TaskKey;
  /** The owner's document. */
  documentId: string;
  /** The copy that was refused, when that has another id. */
  copyId?: string;
  generation: number;
  /** The owner's etag of the version that failed. */
  etag: Etag;
  /** When it failed last and first; milliseconds since 1970. */
  at: number;
  firstAt: number;
  /** How often it failed since it was first set aside. */
  count: number;
  /**
   * It was run again and is in the log: in the set that ends here. Remembered while the generation lasts, because a log or
   * a requester that is put back to an earlier etag can be given everything again but this.
   */
  publishedIn?: Etag;
}

export interface SetAsideFailure extends SetAsideReason {
  documentId: string;
  copyId?: string;
  etag: Etag;
}

interface Known {
  documentId: string;
  copyId: string;
  etag: Etag;
  count: number;
  firstAt: number;
  publishedIn: Etag | null;
  version: string | null;
}

interface Beyond {
  task: TaskKey;
  generation: number;
  count: number;
}

/** Remembers which documents of a task are set aside, in this module's own database. */
export class SetAside {
  readonly #state: StateStore;
  readonly #task: TaskKey;
  readonly #generation: number;
  readonly #known = new Map<string, Known>();
  #open = 0;
  #beyond = 0;

  private constructor(state: StateStore, task: TaskKey, generation: number) {
    this.#state = state;
    this.#task = task;
    this.#generation = generation;
  }

  /** What an older generation set aside goes: its documents are read again. */
  static async open(state: StateStore, task: TaskKey, generation: number): Promise<SetAside> {
    const opened = new SetAside(state, task, generation);
    const stored = await state.list<SetAsideDocument>(setAsidePrefix(task));
    const old = stored.filter(({ value }) => value.generation !== generation);
    await inGroups(old, WRITES_AT_ONCE, ({ id }) => state.remove(id));
    for (const { id, value, version } of stored) {
      if (value.generation !== generation) continue;
      const { documentId, copyId = documentId, publishedIn = null, etag, count, firstAt } = value;
      const entry = { documentId, copyId, etag, count, firstAt, publishedIn, version };
      opened.#known.set(id.toLowerCase(), entry);
      if (publishedIn === null) opened.#open++;
    }
    const beyond = await state.read<Beyond>(beyondId(task));
    if (beyond?.value.generation === generation) opened.#beyond = beyond.value.count;
    else if (beyond) await state.remove(beyondId(task));
    return opened;
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

  /** The ids of the copies that were refused, in lower case. */
  copies(): string[] {
    return this.#listOpen().map(({ copyId }) => copyId.toLowerCase());
  }

  /** The etag of the version that failed; null when the document is not set aside. */
  etagOf(documentId: string): Etag | null {
    return this.#known.get(setAsideId(this.#task, documentId))?.etag ?? null;
  }

  /** Says whether a copy, or any whose id begins so, was refused. */
  has(copyId: string): boolean {
    return this.#known.has(setAsideId(this.#task, copyId));
  }

  async add(failures: readonly SetAsideFailure[]): Promise<void> {
    if (failures.length === 0) return;
    const beyond = this.#beyond;
    await inGroups(failures, WRITES_AT_ONCE, (failure) => this.#add(failure));
    if (this.#beyond > beyond) await this.#writeBeyond();
  }

  /**
   * Says that a document got through, or is gone.
   * @param etag the version that this is about; a later one that was set aside meanwhile stays
   */
  async clear(documentId: string, etag: Etag): Promise<void> {
    const id = setAsideId(this.#task, documentId);
    const known = this.#known.get(id);
    if (!known || known.etag > etag) return;
    await this.#state.remove(id);
    if (this.#known.get(id) === known) this.#drop(id, known);
  }

  /** Says that a document was run again and is in the log now, unless a later version was set aside meanwhile. */
  async settle(documentId: string, etag: Etag, publishedIn: Etag): Promise<void> {
    const id = setAsideId(this.#task, documentId);
    const known = this.#known.get(id);
    if (!known || known.etag > etag) return;
    const there = await this.#state.read<SetAsideDocument>(id);
    if (!there || known !== this.#known.get(id)) return;
    known.version = await this.#write(id, { ...there.value, publishedIn }, there.version);
    if (known.publishedIn === null) this.#open--;
    known.publishedIn = publishedIn;
  }

  #drop(id: string, known: Known): void {
    this.#known.delete(id);
    if (known.publishedIn === null) this.#open--;
  }

  #listOpen(): Known[] {
    return [...this.#known.values()].filter(({ publishedIn }) => publishedIn === null);
  }

  async #add(failure: SetAsideFailure): Promise<void> {
    const id = setAsideId(this.#task, failure.copyId ?? failure.documentId);
    const known = this.#known.get(id);
    if (!known && this.#known.size >= KEPT_PER_TASK) {
      this.#beyond++;
      return;
    }
    const at = Date.now();
    const firstAt = known?.firstAt ?? at;
    const count = (known?.count ?? 0) + 1;
    const { documentId, copyId = documentId, etag } = failure;
    const version = known?.version ?? null;
    const entry: Known = { documentId, copyId, etag, count, firstAt, publishedIn: null, version };
    if (known?.publishedIn !== null) this.#open++;
    this.#known.set(id, entry);
    const value = {
      ...keepable(failure),
      task: this.#task,
      generation: this.#generation,
      at,
      firstAt,
      count,
    };
    entry.version = await this.#write(id, value, entry.version);
  }

  async #write(id: string, value: SetAsideDocument | Beyond, expected: string | null): Promise<string> {
    try {
      return await this.#state.write(id, SET_ASIDE, value, expected);
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error;
      const there = await this.#state.read(id);
      return this.#state.write(id, SET_ASIDE, value, there?.version ?? null);
    }
  }

  async #writeBeyond(): Promise<void> {
    const value = { task: this.#task, generation: this.#generation, count: this.#beyond };
    const there = await this.#state.read(beyondId(this.#task));
    await this.#write(beyondId(this.#task), value, there?.version ?? null);
  }
}

// What fails may have texts in it that no store keeps, and of any length.
function keepable({ reason, ...failure }: SetAsideFailure): SetAsideFailure {
  const { documentId, copyId } = failure;
  return {
    ...failure,
    documentId: documentId.toWellFormed(),
    ...(copyId === undefined ? {} : { copyId: copyId.toWellFormed().slice(0, LONGEST_TEXT) }),
    reason: reason.toWellFormed().slice(0, LONGEST_TEXT),
  };
}
