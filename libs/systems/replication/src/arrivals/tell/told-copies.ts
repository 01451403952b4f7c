import { hash } from 'node:crypto';
import { idKey, type IdRule, type StateStore, type StateWrite } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { FIRST, UNSURE, type Told } from './judge-copy.ts';

const COLLECTION = 'SparkArrivals';

/** A handler's position in the changes of this module's own database. */
export interface ToldPosition {
  databaseId: string;
  /** The etag up to which it has been told all deletes. */
  deletesTo: number;
  /** The etags up to which it has been told all changes, by collection. */
  collections: Record<string, number>;
}

/**
 * What one handler has been told, stored in the database of the copies: a record per copy, and the position, which is written with them and fences
 * an instance that has fallen behind.
 */
export class ToldCopies {
  readonly #state: StateStore;
  readonly #ids: IdRule;
  readonly #positionId: string;
  readonly #prefix: string;
  readonly #staged = new Map<string, StateWrite>();
  /** What was told since the last call of `of`. */
  readonly #since = new Map<string, Told | null>();
  /** The known state of copies that were announced, but for which the handler was not called yet. */
  readonly #before = new Map<string, Told | null>();
  /** Caches the record ids of the current copies: each is needed several times. */
  readonly #recordIds = new Map<string, string>();
  #version: string | null = null;

  constructor(state: StateStore, handler: string, ids: IdRule) {
    this.#state = state;
    this.#ids = ids;
    this.#positionId = `sparkArrivals/${nameKey(handler)}`;
    this.#prefix = `sparkArrived/${nameKey(handler)}/`;
  }

  async readPosition(): Promise<ToldPosition | null> {
    this.#staged.clear();
    this.#before.clear();
    const stored = await this.#state.read<ToldPosition>(this.#positionId);
    this.#version = stored?.version ?? null;
    return stored?.value ?? null;
  }

  /** What was last told about these copies, in one read. @returns a lookup by id, valid until the next call */
  async of(ids: readonly string[]): Promise<(id: string) => Told | null> {
    this.#recordIds.clear();
    const recordIds = [...new Set(ids.map((id) => this.#recordId(id)))];
    const stored = await this.#state.readAll<Told>(recordIds);
    const known = new Map(recordIds.map((id, index) => [id, stored[index] ?? null]));
    this.#since.clear();
    for (const { id, value } of this.#staged.values()) this.#since.set(id, value as Told | null);
    return (id) => {
      const recordId = this.#recordId(id);
      return (this.#since.has(recordId) ? this.#since : known).get(recordId) ?? null;
    };
  }

  /** Every copy that the handler knows. */
  async all(): Promise<Told[]> {
    return (await this.#state.list<Told>(this.#prefix)).map(({ value }) => value);
  }

  /** Records that the handler was told the current state of a copy, or (null) that it is gone; stored by the next `commit`. */
  told(id: string, now: Told | null): void {
    const recordId = this.#recordId(id);
    this.#since.set(recordId, now);
    this.#staged.set(recordId, { id: recordId, collection: COLLECTION, value: now });
  }

  /**
   * Records that the handler is about to be called. Until the call is known to have happened it is repeated, whatever becomes of the copy.
   * @param before what it knows about the copy
   * @param now the copy; null if it is gone
   */
  announce(id: string, before: Told | null, now: Told | null): void {
    const copy = before ?? now;
    if (copy === null) return;
    // If it may have heard that the copy is gone, it hears `arrived` when the copy returns.
    const mark = before === null || before.hash === FIRST || now === null ? FIRST : UNSURE;
    if (before?.hash === mark) return;
    this.#before.set(id, before);
    this.told(id, { ...copy, hash: mark });
  }

  /** The handler is being called: from here on it is unknown whether it has received the copy. */
  calling(id: string): void {
    this.#before.delete(id);
  }

  /** Takes back announcements without a call: the handler has received nothing about them. */
  withdraw(): void {
    for (const [id, before] of this.#before) this.told(id, before);
    this.#before.clear();
  }

  get staged(): number {
    return this.#staged.size;
  }

  /** @throws {VersionConflictError} if another instance has continued */
  async commit(position: ToldPosition): Promise<void> {
    const last = { id: this.#positionId, collection: COLLECTION, value: position, expected: this.#version };
    this.#version = await this.#state.writeTogether([...this.#staged.values()], last);
    this.#staged.clear();
  }

  #recordId(id: string): string {
    const known = this.#recordIds.get(id);
    if (known !== undefined) return known;
    const made = `${this.#prefix}${hash('sha256', idKey(this.#ids, id)).slice(0, 40)}`;
    this.#recordIds.set(id, made);
    return made;
  }
}
