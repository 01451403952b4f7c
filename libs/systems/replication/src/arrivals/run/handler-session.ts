import { performance } from 'node:perf_hooks';
import type { Stored } from '@nestjs-spark/contracts';
import {
  idKey,
  type ChangePage,
  type SourceChange,
  type SourceDocument,
} from '@nestjs-spark/contracts/internal';
import { messageOf, pause } from '@nestjs-spark/foundation/internal';
import type { Arrival } from '../listen/on-replicated.decorator.ts';
import { judgeCopy, recordOf, type Told } from '../tell/judge-copy.ts';
import { readCopy, type StandingDocument } from '../tell/read-copy.ts';
import { ToldCopies, type ToldPosition } from '../tell/told-copies.ts';
import { MOST_IN_A_ROW, type FailedArrivals } from './failed-arrivals.ts';
import { HandlerDownError } from './handler-down-error.ts';
import type { HandlerStatus } from './handler-status.ts';
import type { HandlerUnitParts, HandlerWork } from './handler-work.ts';

const PAGE = 200;
const COMMIT_MS = 1_000;
/** With more to read, it rests for as long as a page took, and at most for this long: copies that come meanwhile go first. */
const LONGEST_REST_MS = 1_000;
/** After this many etags without a call, the position is written anyway. */
const COMMIT_ETAGS = 10_000;
/** A store that does not guarantee deletes may have dropped some unread, so everything is compared at this interval. */
const COMPARE_EVERY_MS = 300_000;

/** When everything was last compared. It outlives sessions, since each failure ends one. */
export interface Compared {
  at: number;
}

/** Calls one handler, continuing from its position, until something fails. */
export class HandlerSession {
  readonly #work: HandlerWork;
  readonly #parts: HandlerUnitParts;
  readonly #status: HandlerStatus;
  readonly #told: ToldCopies;
  readonly #failed: FailedArrivals;
  readonly #compared: Compared;
  #position: ToldPosition = { databaseId: '', deletesTo: 0, collections: {} };
  #committedAt = performance.now();
  /** Collections for which a prefetched page may be older than a copy that was read by its id. */
  readonly #mayBeOld = new Set<string>();
  /** Whether the database has changed since the last comparison, so that deletes may have been missed. */
  #mayLackDeletes = false;

  constructor(
    work: HandlerWork,
    parts: HandlerUnitParts,
    { failed, compared, status }: { failed: FailedArrivals; compared: Compared; status: HandlerStatus },
  ) {
    this.#failed = failed;
    this.#compared = compared;
    this.#work = work;
    this.#parts = parts;
    this.#status = status;
    this.#told = new ToldCopies(parts.state, work.handler.name, parts.changes.ids);
  }

  async run(held: AbortSignal): Promise<void> {
    this.#position = (await this.#told.readPosition()) ?? this.#position;
    this.#status.setAside = this.#failed.count;
    while (!held.aborted) {
      // First, so that a handler that fails for new copies is also tried with these, and makes room for others.
      await this.#tellAgain(held);
      const began = performance.now();
      const ends = await this.#readAll(held);
      if (ends === null) await pause(Math.min(performance.now() - began, LONGEST_REST_MS), held);
      if (ends === null || held.aborted) continue;
      if (this.#commitIn() <= 0) await this.#commitStaged();
      this.#status.position = ends;
      this.#status.state = this.#failed.isDown ? 'Waiting' : 'Idle';
      await this.#wait(ends, held);
    }
    this.#told.withdraw();
    await this.#commitStaged();
  }

  /** Reads one page of each collection. @returns the etag up to which everything was read; null if there is more */
  async #readAll(held: AbortSignal): Promise<number | null> {
    const ends: number[] = [];
    let isDrained = true;
    for (const collection of this.#work.collections) {
      if (held.aborted) return null;
      const at = this.#position.collections[collection] ?? 0;
      let page = await this.#read(collection, at);
      if (this.#isAnother(page, at)) {
        await this.#compare(page, held, { databaseId: page.databaseId, collections: {} });
        return null;
      }
      const cover = await page.deletes;
      this.#mayLackDeletes ||= cover === 'best-effort' && page.lastEtag > this.#position.deletesTo;
      // Once the position has passed the lost deletes, nothing else would reveal them.
      if (cover === 'lost' || (page.drained && this.#compareIn() <= 0)) {
        await this.#compare(page, held);
        if (held.aborted) return null;
        page = await this.#read(collection, at);
      }
      await this.#tellPage(collection, page, held);
      if (held.aborted) return null;
      if (page.to > at) this.#position.collections[collection] = page.to;
      if (page.to - at > COMMIT_ETAGS) await this.#commit();
      isDrained &&= page.drained;
      ends.push(Math.max(page.to, at));
    }
    return isDrained ? Math.min(...ends) : null;
  }

  #read(collection: string, at: number): Promise<ChangePage> {
    const fresh = this.#mayBeOld.delete(collection);
    const deletesAfter = this.#position.deletesTo;
    return this.#parts.changes.read({ collection, from: at + 1, deletesAfter, limit: PAGE, fresh });
  }

  /** Loads current copies; prefetched pages must not contradict them afterwards. */
  #load(ids: string[]): Promise<(SourceDocument | null)[]> {
    for (const collection of this.#work.collections) this.#mayBeOld.add(collection);
    return this.#parts.changes.load(ids);
  }

  /** Whether this is another database than before, or an older state of it. */
  #isAnother({ databaseId, lastEtag }: ChangePage, at: number): boolean {
    return databaseId !== this.#position.databaseId || lastEtag < at;
  }

  /** Finds missed deletes: copies that the handler knows and that no longer exist. */
  async #compare(
    { lastEtag }: ChangePage,
    held: AbortSignal,
    from: Pick<ToldPosition, 'databaseId' | 'collections'> = this.#position,
  ): Promise<void> {
    const known = await this.#told.all();
    for (let first = 0; first < known.length && !held.aborted; first += PAGE) {
      const some = known.slice(first, first + PAGE);
      const there = await this.#load(some.map(({ id }) => id));
      const lastTold = await this.#told.of(some.map(({ id }) => id));
      const gone = some.filter((_, index) => this.#copyOf(there[index]) === null);
      await this.#announce(
        gone.map(({ id }) => ({ id, now: null })),
        lastTold,
      );
      for (const { id } of gone) await this.#tell(id, null, lastTold(id), held);
    }
    if (held.aborted) return;
    const isOther = from !== this.#position;
    this.#position = { databaseId: from.databaseId, collections: from.collections, deletesTo: lastEtag };
    this.#compared.at = performance.now();
    this.#mayLackDeletes = false;
    // Without findings nothing is written: a write would itself be a change, and cause another comparison.
    if (isOther) await this.#commit();
    else await this.#commitStaged();
  }

  /** Milliseconds until everything has to be compared; Infinity while no delete can have been missed. */
  #compareIn(): number {
    if (!this.#mayLackDeletes) return Infinity;
    return this.#compared.at + (this.#parts.compareEveryMs ?? COMPARE_EVERY_MS) - performance.now();
  }

  async #tellPage(collection: string, { changes }: ChangePage, held: AbortSignal): Promise<void> {
    const lastTold = await this.#told.of(changes.map(({ id }) => id));
    const lastChange = new Map(changes.map((change) => [this.#keyOf(change.id), change]));
    const isAgain = ({ id }: SourceChange): boolean => lastChange.get(this.#keyOf(id))?.kind === 'put';
    const deletes = changes.filter((change) => change.kind === 'delete' && !isAgain(change));
    const deleted = deletes.map(({ id }) => id);
    // It may have moved to another collection, or exist again. A later change of it in the page would be older than that.
    const there = deleted.length > 0 ? await this.#load(deleted) : [];
    const current = new Map(deleted.map((id, index) => [id, there[index]]));
    const copies = changes.flatMap((change) => {
      if (change.kind === 'touch' || (change.kind === 'delete' && isAgain(change))) return [];
      const now = this.#copyOf(change.kind === 'delete' ? current.get(change.id) : change);
      return [{ id: change.id, etag: change.etag, now }];
    });
    await this.#announce(copies, lastTold);
    for (const { id, etag, now } of copies) {
      await this.#tell(id, now, lastTold(id), held);
      if (held.aborted) return;
      this.#position.collections[collection] = etag;
      if (this.#told.staged >= PAGE || this.#commitIn() <= 0) await this.#commitStaged();
    }
  }

  /** Retries failed copies in their current state. */
  async #tellAgain(held: AbortSignal): Promise<void> {
    for (const id of this.#failed.due(performance.now())) {
      if (held.aborted) return;
      const [document] = await this.#load([id]);
      const lastTold = await this.#told.of([id]);
      const now = this.#copyOf(document);
      await this.#announce([{ id, now }], lastTold);
      await this.#tell(id, now, lastTold(id), held, true);
      await this.#commitStaged();
    }
  }

  /** Written before the calls: an instance may end after a call and before its record. */
  async #announce(
    copies: readonly { id: string; now: StandingDocument | null }[],
    lastTold: (id: string) => Told | null,
  ): Promise<void> {
    for (const { id, now } of copies) {
      const told = lastTold(id);
      if (judgeCopy(told, now) !== null) this.#told.announce(id, told, now && recordOf(now));
    }
    await this.#commitStaged();
  }

  async #tell(
    id: string,
    now: StandingDocument | null,
    told: Told | null,
    held: AbortSignal,
    isRetry = false,
  ): Promise<void> {
    const kind = judgeCopy(told, now);
    if (kind !== null) {
      this.#status.state = 'Telling';
      this.#told.calling(id);
      try {
        if (!(await this.#call(this.#arrival(kind, told, now), held))) return;
      } catch (error) {
        await this.#fail(id, error, isRetry);
        return;
      }
      this.#status.told++;
      this.#status.lastError = null;
      this.#told.told(id, now && recordOf(now));
    }
    await this.#failed.succeeded(id, kind !== null);
    this.#status.setAside = this.#failed.count;
  }

  async #fail(id: string, error: unknown, isRetry: boolean): Promise<void> {
    this.#status.errors++;
    this.#status.lastError = messageOf(error);
    const isFull = !this.#failed.hasRoomFor(id);
    if (isFull || (this.#failed.isDown && !isRetry)) {
      // All earlier copies were told or set aside, so the next session begins with this one.
      await this.#commit();
      const because = isFull
        ? `${this.#failed.count} copies are set aside for it, which is the limit; it has failed`
        : `it has failed for ${MOST_IN_A_ROW} copies in a row`;
      throw new HandlerDownError(because, error);
    }
    await this.#failed.add(id, error, performance.now(), isRetry);
    this.#status.setAside = this.#failed.count;
  }

  /** @returns false if the work ended meanwhile: then the call is repeated */
  async #call(arrival: Arrival, held: AbortSignal): Promise<boolean> {
    const { promise: ended, resolve } = Promise.withResolvers<false>();
    const end = (): void => resolve(false);
    held.addEventListener('abort', end, { once: true });
    Object.assign(this.#status, { telling: arrival.id, tellingSince: Date.now() });
    try {
      const told = Promise.resolve(this.#work.handler.call(arrival)).then(() => true as const);
      return await Promise.race([told, ended]);
    } finally {
      held.removeEventListener('abort', end);
      Object.assign(this.#status, { telling: null, tellingSince: null });
    }
  }

  #keyOf(id: string): string {
    return idKey(this.#parts.changes.ids, id);
  }

  #copyOf(document: SourceDocument | null | undefined): StandingDocument | null {
    return document ? readCopy(document, this.#work.names) : null;
  }

  #arrival(kind: Arrival['kind'], told: Told | null, now: StandingDocument | null): Arrival {
    const { id = '', owner = '', documentId = '', etag = null, collection = '' } = now ?? told ?? {};
    const document = now && (this.#work.mapping.read(now.fields, id) as Stored<object>);
    return { kind, id, source: { owner, documentId, etag }, collection, document };
  }

  /** Milliseconds until the calls have to be recorded, unless the announcement of the next copies does so earlier. */
  #commitIn(): number {
    return this.#told.staged === 0 ? Infinity : this.#committedAt + COMMIT_MS - performance.now();
  }

  async #commitStaged(): Promise<void> {
    if (this.#told.staged > 0) await this.#commit();
  }

  async #commit(): Promise<void> {
    await this.#told.commit(this.#position);
    this.#committedAt = performance.now();
  }

  async #wait(etag: number, held: AbortSignal): Promise<void> {
    const retryIn = this.#failed.nextDueIn(performance.now()) ?? Infinity;
    const dueIn = Math.max(1, Math.ceil(Math.min(retryIn, this.#compareIn(), this.#commitIn())));
    const signal = Number.isFinite(dueIn) ? AbortSignal.any([held, AbortSignal.timeout(dueIn)]) : held;
    await this.#parts.changes.wait(etag, signal);
  }
}
