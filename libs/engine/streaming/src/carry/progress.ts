import { performance } from 'node:perf_hooks';
import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import type { CaptureStatus, ChangePage, Confirmation, DeleteCover } from '@nestjs-spark/contracts/internal';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { CapturePosition } from '../task/position.ts';
import type { SetAside } from '@nestjs-spark/set-aside/internal';
import { Carrier } from '@nestjs-spark/runtime/internal';
import { move, stateOf, type Condition, type Happened, type Obstacle } from '@nestjs-spark/runtime/internal';
import { CAPTURE_MOVES, STARTING, phaseOf, type Phase } from '../task/moves.ts';
import type { Place } from '../task/place.ts';
import type { CaptureReport } from '../task/reports.ts';
import { judgeSending } from './judge-sending.ts';

/** After this many ticks without reading the source, its position counts as unknown. */
const SOURCE_PATIENCE = 10;

/** A capture's status on every instance: what others carry is known from the board and the source. */
export class CaptureProgress {
  active = false;
  generation = 0;
  incarnation = '';
  published: Etag = 0;
  publishedAt = -Infinity;
  documentsTotal = 0;
  setAside: Pick<SetAside, 'count'> = { count: 0 };
  readonly carrier = new Carrier();
  readonly #task: TaskKey;
  readonly #collection: string;
  #databaseId: string | null = null;
  #condition: Condition<Phase> = STARTING;
  /** The end of the last page to publish; reading may be ahead of publishing. */
  #handedTo: Etag = 0;
  #passedTo: Etag = 0;
  #documentsRead = 0;
  #deletes: 'kept' | 'best-effort' = 'kept';
  #errors = 0;
  #lastError: string | null = null;
  #leaseTrouble: string | null = null;
  /** The source's position, read independently of the capture. */
  #source: Place | null = null;
  #sourceError: string | null = null;
  #unseen = 0;
  /** The requester's latest confirmation, of whatever reading; undefined until it was looked for. */
  #heard: Confirmation | null | undefined = undefined;
  #word: CaptureStatus | null = null;

  constructor(task: TaskKey, collection: string) {
    this.#task = task;
    this.#collection = collection;
  }

  resumed(position: CapturePosition): void {
    if (position.incarnation !== this.incarnation) this.#documentsRead = 0;
    this.generation = position.generation;
    this.incarnation = position.incarnation;
    this.#databaseId = position.databaseId;
    this.#handedTo = position.to;
    this.#passedTo = position.to;
    this.published = position.to;
    this.#move({ what: 'resumed', phase: phaseOf(position) });
  }

  /** A page ending here is on its way to the log. */
  handed(etag: Etag): void {
    this.#handedTo = etag;
  }

  carried(page: ChangePage, position: CapturePosition, deletes: DeleteCover): void {
    if (position.to !== this.published) this.publishedAt = performance.now();
    // Later changes are not part of the first copy.
    if (this.#condition.phase !== 'Streaming')
      this.#documentsRead += page.changes.filter(({ kind }) => kind === 'put').length;
    this.#deletes = deletes === 'best-effort' ? 'best-effort' : 'kept';
    this.published = position.to;
    this.#move({ what: 'published', phase: phaseOf(position) });
  }

  /** Everything up to here was read, and none of it is to be published. */
  passed(etag: Etag): void {
    this.#passedTo = etag;
    if (this.published >= this.#handedTo) this.#move({ what: 'passed' });
  }

  /** Why the task's lease can be neither acquired nor renewed; null once it can. Everything else known is from before. */
  withoutLease(because: string | null): void {
    if (because !== null && this.#leaseTrouble === null) this.#errors++;
    this.#leaseTrouble = because;
  }

  waiting(because: string): void {
    this.#stopped('Waiting', because);
  }

  failed(error: unknown, mayPass: boolean): void {
    this.#errors++;
    this.#stopped(mayPass ? 'Waiting' : 'Faulted', messageOf(error));
  }

  sourceAt(place: Place): void {
    this.#source = place;
    this.#sourceError = null;
    this.#unseen = 0;
  }

  sourceAway(error: unknown): void {
    this.#sourceError = messageOf(error);
  }

  /** Called once a second on every instance that has the task, carrier or not. */
  tick(): void {
    this.carrier.tick();
    this.#unseen++;
  }

  /** The requester's last confirmation; null: there was none. */
  confirmationHeard(confirmation: Confirmation | null): void {
    this.#heard = confirmation ?? this.#heard ?? null;
  }

  get confirmationKnown(): boolean {
    return this.#heard !== undefined;
  }

  /**
   * Up to where the requester has what the current reading brought it, as every instance knows, whichever carries the task: deletes
   * up to there need not be kept. 0 where nothing is known; a confirmation of another reading says nothing of this one.
   */
  get settledTo(): Etag {
    const incarnation = this.active ? this.incarnation : this.#word?.incarnation;
    return this.#heard && this.#heard.incarnation === incarnation ? this.#heard.to : 0;
  }

  /** The carrier's report, from the board. */
  carrierSaid(status: CaptureStatus): void {
    if (this.#word !== null && this.#word.at !== status.at) this.carrier.heard();
    this.#word = status;
  }

  /** What the carrier reports to the other instances; null before it knows its position. */
  status(): CaptureStatus | null {
    if (this.#databaseId === null) return null;
    return {
      generation: this.generation,
      incarnation: this.incarnation,
      databaseId: this.#databaseId,
      publishedTo: this.published,
      readTo: this.published < this.#handedTo ? this.published : Math.max(this.published, this.#passedTo),
      live: this.#condition.phase === 'Streaming',
      state: stateOf(this.#condition),
      setAside: this.setAside.count,
      documentsRead: this.#documentsRead,
      documentsTotal: Math.max(this.documentsTotal, this.#documentsRead),
      deletes: this.#deletes,
      errors: this.#errors,
      lastError: this.#lastError?.slice(0, 500) ?? null,
      at: Date.now(),
    };
  }

  report(): CaptureReport {
    const stands = this.active ? this.status() : (this.#word ?? this.status());
    const source = this.#unseen < SOURCE_PATIENCE ? this.#source : null;
    const sending = judgeSending({ source, confirmation: this.#heard, stands, now: Date.now() });
    const apart = this.#seenApart();
    return {
      task: this.#task,
      collection: this.#collection,
      state: apart
        ? 'Waiting'
        : this.active
          ? stateOf(this.#condition)
          : (stands?.state ?? stateOf(this.#condition)),
      generation: stands?.generation ?? this.generation,
      databaseId: source?.databaseId ?? stands?.databaseId ?? null,
      publishedEtag: stands?.readTo ?? null,
      ...sending,
      sourceEtag: source?.etag ?? null,
      live: stands?.live ?? false,
      documentsRead: stands?.documentsRead ?? 0,
      documentsTotal: stands?.documentsTotal ?? 0,
      setAside: stands?.setAside ?? 0,
      deletes: stands?.deletes ?? 'kept',
      errors: this.#errors,
      lastError: apart ?? (this.active ? this.#lastError : (stands?.lastError ?? null)),
      active: this.active,
      carriedBy: this.carrier.by(this.active),
    };
  }

  /** Evidence from outside the capture that it cannot continue, whatever it reports itself. */
  #seenApart(): string | null {
    if (this.#leaseTrouble !== null) return this.#leaseTrouble;
    if (this.#unseen >= SOURCE_PATIENCE && this.#sourceError !== null) return this.#sourceError;
    const missing = this.carrier.missingFor;
    if (missing !== null) {
      if (this.active && this.#lastError !== null) return this.#lastError;
      return `no instance of this module is known to carry it, for ${missing} s: NATS does not accept its status, or nobody holds its lease`;
    }
    return null;
  }

  #stopped(obstacle: Obstacle, because: string): void {
    this.#move({ what: 'stopped', obstacle });
    this.#lastError = because;
  }

  #move(happened: Happened<Phase, keyof typeof CAPTURE_MOVES>): void {
    this.#condition = move(CAPTURE_MOVES, this.#condition, happened);
    if (this.#condition.obstacle === null) this.#lastError = null;
  }
}
