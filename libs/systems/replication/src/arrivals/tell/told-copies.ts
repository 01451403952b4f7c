import { hash } from 'node:crypto';
import { idKey, type IdRule, type StateStore, type StateWrite } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { FIRST, UNSURE, type Told } from './judge-copy.ts';

const COLLECTION = 'SparkArrivals';

/** How far a handler is in the changes of this module's own database. */
export interface ToldPosition {
  databaseId: string;
  /** Deletes up to here are known to be told. */
  deletesTo: number;
  /** Changes up to here are told, by collection. */
  collections: Record<string, number>;
}

/**
 * What one handler was told, in the database of the copies: a record for each copy, and the position, which is written with them and
 * fences an instance that is late.
 */
export class ToldCopies {
  readonly #state: StateStore;
  readonly #ids: IdRule;
  readonly #positionId: string;
  readonly #prefix: string;
  readonly #staged = new Map<string, StateWrite>();
  /** What was told since `of` was asked last. */
  readonly #since = new Map<string, Told | null>();
  /** What is known of copies that are marked and of which the handler was not told yet. */
  readonly #before = new Map<string, Told | null>();
  /** Of the ids that are at hand: each is asked about several times. */
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

  /** What was told of these copies last; asked with one read, and answers by id what holds until it is called again. */
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

  /** Every copy that the handler knows of. */
  async all(): Promise<Told[]> {
    return (await this.#state.list<Told>(this.#prefix)).map(({ value }) => value);
  }

  /** The handler was told that a copy is so now, or (null) that it is gone; kept with the next `commit`. */
  told(id: string, now: Told | null): void {
    const recordId = this.#recordId(id);
    this.#since.set(recordId, now);
    this.#staged.set(recordId, { id: recordId, collection: COLLECTION, value: now });
  }

  /**
   * The handler is about to be told of a copy. Until that is known to have happened it is told again, whatever becomes of the copy.
   * @param before what it knows of the copy
   * @param now the copy; null: it is gone
   */
  announce(id: string, before: Told | null, now: Told | null): void {
    const copy = before ?? now;
    if (copy === null) return;
    // Of what it may have heard that it is gone, it hears that it arrived if it comes back.
    const mark = before === null || before.hash === FIRST || now === null ? FIRST : UNSURE;
    if (before?.hash === mark) return;
    this.#before.set(id, before);
    this.told(id, { ...copy, hash: mark });
  }

  /** The handler is called now: from here on nobody knows whether it has heard. */
  calling(id: string): void {
    this.#before.delete(id);
  }

  /** Of what was announced and not called, the handler has heard nothing. */
  withdraw(): void {
    for (const [id, before] of this.#before) this.told(id, before);
    this.#before.clear();
  }

  get staged(): number {
    return this.#staged.size;
  }

  /** @throws {VersionConflictError} when another instance has gone on */
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
