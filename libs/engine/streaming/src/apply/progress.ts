import { performance } from 'node:perf_hooks';
import type { TaskState } from '@nestjs-spark/contracts';
import type { ApplyStatus, CaptureStatus, Checkpoint, SourceStatus } from '@nestjs-spark/contracts/internal';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { Counted } from '@nestjs-spark/set-aside/internal';
import { CARRIER_PATIENCE, Carrier } from '../task/carrier.ts';
import { etagsBehind, isReadFrom, type Place, type SourcePlace } from '../task/place.ts';
import type { ApplyReport } from '../task/reports.ts';
import type { ApplyTask } from '../task/tasks.ts';
import { whyIncomplete } from './readiness.ts';
import { SourceKnowledge } from './source-knowledge.ts';

/** What keeps the carrier of a task from going on. */
interface Trouble {
  state: Extract<TaskState, 'Waiting' | 'Faulted'>;
  because: string;
  /** It lies with the owner: what is here is as good as before. */
  isOwners: boolean;
  /** For how long, in ticks. */
  ticks: number;
}

const READING_HEALS = 2;

/** What the requester's side of a task has to say about itself, on every instance: the checkpoint and the board are shared. */
export class ApplyProgress {
  active = false;
  checkpoint: Checkpoint | null = null;
  /** What has to be applied before the copy counts as caught up after a start. */
  target: SourcePlace | null = null;
  resyncsRequested = 0;
  readonly carrier = new Carrier();
  #task: ApplyTask;
  readonly #setAside: Counted;
  readonly #source = new SourceKnowledge();
  /** The checkpoint was looked at: that there is none is then a fact. */
  #known = false;
  /** For how many ticks the checkpoint could not be looked at, and why. */
  #unseen = 0;
  #unseenBecause: string | null = null;
  #moves = 0;
  #caughtUp = false;
  #trouble: Trouble | null = null;
  #leaseTrouble: Trouble | null = null;
  /** How the task stands by the word of the instance that carries it. */
  #word: ApplyStatus | null = null;
  #errors = 0;
  /** For how many ticks the log has been read without anything to apply. */
  #reading: number | null = null;

  constructor(task: ApplyTask, setAside: Counted) {
    this.#task = task;
    this.#setAside = setAside;
  }

  /** Why the task's lease cannot be had or kept; null once it is. What else is known is from before. */
  withoutLease(because: string | null): void {
    if (because === null) this.#leaseTrouble = null;
    else if (this.#leaseTrouble === null) {
      this.#errors++;
      this.#leaseTrouble = { state: 'Waiting', because, isOwners: false, ticks: 0 };
    } else this.#leaseTrouble.because = because;
  }

  declared(task: ApplyTask): void {
    if (task.fingerprint !== this.#task.fingerprint) this.#caughtUp = false;
    this.#task = task;
  }

  applied(checkpoint: Checkpoint): void {
    this.#moves++;
    this.#stand(checkpoint);
    this.#trouble = null;
    this.#reading = null;
  }

  /** The log is read again; that heals what went wrong once it has lasted, if there is nothing to apply. */
  reading(): void {
    this.#reading = 0;
  }

  /** A set has come and is being applied: only that it was tells whether all is well. */
  taking(): void {
    this.#reading = null;
  }

  /** Counts what was applied here, so that an older look at the checkpoint can be told from news. */
  get moves(): number {
    return this.#moves;
  }

  /** The checkpoint as it stands in the database. @param since `moves` when it was asked for */
  seen(checkpoint: Checkpoint | null, since = this.#moves): void {
    this.#known = true;
    this.#unseen = 0;
    this.#unseenBecause = null;
    if (since !== this.#moves) return;
    const before = this.checkpoint;
    if (checkpoint === null) this.checkpoint = null;
    else this.#stand(checkpoint);
    // Who applies it knows that a generation begins, and what it has to catch up with.
    if (!this.active && checkpoint && before && before.incarnation !== checkpoint.incarnation)
      this.sourceReplaced({ databaseId: checkpoint.databaseId, etag: checkpoint.to });
  }

  #stand(checkpoint: Checkpoint): void {
    this.checkpoint = checkpoint;
    this.#known = true;
    this.#source.received({ databaseId: checkpoint.databaseId, etag: checkpoint.to });
  }

  /** The database does not say where the checkpoint is. */
  unseen(error: unknown): void {
    this.#unseenBecause = messageOf(error);
  }

  /** What the owner answers. */
  sourceAt(place: Place): void {
    this.#source.answered(place, performance.now());
  }

  /** A generation may begin because the source is another database, or an older one: then older etags say nothing. */
  sourceReplaced(place: Place): void {
    this.#source.replaced(place);
    this.target = null;
  }

  sourceSaid(status: SourceStatus): void {
    this.#source.said(status, performance.now());
  }

  captureSaid(status: CaptureStatus): void {
    this.#source.captured(status);
  }

  /** The carrier's word, from the board. */
  carrierSaid(status: ApplyStatus): void {
    if (this.#word !== null && this.#word.at !== status.at) this.carrier.heard();
    this.#word = status;
  }

  /** Called once a second by whoever runs the task, carrier or not. */
  tick(): void {
    this.carrier.tick();
    this.#source.tick();
    this.#unseen++;
    if (this.#trouble) this.#trouble.ticks++;
    if (this.#leaseTrouble) this.#leaseTrouble.ticks++;
    if (this.#reading !== null && ++this.#reading > READING_HEALS) this.#trouble = null;
  }

  /** Everything is here but for what the source is known to have had at the start. */
  get catchingUp(): boolean {
    if (!this.checkpoint?.live || this.#caughtUp) return false;
    if (this.target === null || !isReadFrom(this.target, this.checkpoint)) return true;
    return etagsBehind(this.#reached(this.checkpoint), this.target) !== 0;
  }

  /** The answer is from before the source was marked again, so it cannot tell whether what comes now is read from the same. */
  isTargetOlderThan(coming: Checkpoint | null): boolean {
    const remembered = this.target?.witness;
    if (!coming?.live || this.#caughtUp || !remembered) return false;
    return coming.witness.number > remembered.number;
  }

  waiting(because: string): void {
    this.#inTrouble('Waiting', because, true);
  }

  failed(error: unknown, mayPass: boolean): void {
    this.#errors++;
    this.#inTrouble(mayPass ? 'Waiting' : 'Faulted', messageOf(error), false);
  }

  /** What the carrier says to the other instances. */
  status(): ApplyStatus {
    const { state, setAside, errors, lastError, stalledBecause } = this.report();
    return {
      state,
      setAside,
      errors,
      lastError: cut(lastError),
      stalledBecause: cut(stalledBecause),
      at: Date.now(),
    };
  }

  report(now = performance.now()): ApplyReport {
    const checkpoint = this.checkpoint;
    const incompleteBecause = this.#incomplete();
    const trouble = this.#troubleNow();
    const applied = checkpoint?.to ?? 0;
    return {
      task: this.#task.key,
      collection: this.#task.collection,
      known: this.#known,
      state: trouble?.state ?? this.#state(),
      generation: checkpoint?.generation ?? 0,
      databaseId: checkpoint?.databaseId ?? null,
      appliedEtag: applied,
      sourceEtag: this.#source.place?.etag ?? applied,
      lag: this.#source.lag(checkpoint, now),
      behindMs: this.#source.behindMs(checkpoint, now, Date.now()),
      complete: incompleteBecause === null,
      incompleteBecause,
      stalledBecause: this.#stalled(trouble),
      setsApplied: checkpoint?.setsApplied ?? 0,
      documentsPut: checkpoint?.documentsPut ?? 0,
      documentsDeleted: checkpoint?.documentsDeleted ?? 0,
      resyncsRequested: this.resyncsRequested,
      setAside: this.active ? this.#setAside.count : (this.#word?.setAside ?? this.#setAside.count),
      errors: this.#errors,
      lastError: trouble?.because ?? null,
      active: this.active,
      carriedBy: this.carrier.by(this.active),
    };
  }

  #inTrouble(state: Trouble['state'], because: string, isOwners: boolean): void {
    this.#reading = null;
    this.#trouble = { state, because, isOwners, ticks: this.#trouble?.ticks ?? 0 };
  }

  #reached(checkpoint: Checkpoint): Place {
    return { databaseId: checkpoint.databaseId, etag: this.#source.reached(checkpoint) };
  }

  /** Having caught up once after a start is enough: from then on lag is told apart from readiness. */
  #incomplete(): string | null {
    const because = whyIncomplete({
      checkpoint: this.checkpoint,
      fingerprint: this.#task.fingerprint,
      reached: this.checkpoint ? this.#reached(this.checkpoint).etag : 0,
      target: this.target,
      caughtUp: this.#caughtUp,
    });
    if (because === null) this.#caughtUp = true;
    return because;
  }

  /** The carrier's own trouble, or that the database does not answer, or that there is no carrier, or what the carrier says, or that the owner is silent. */
  #troubleNow(): Trouble | null {
    if (this.#leaseTrouble) return this.#leaseTrouble;
    if (this.active && this.#trouble) return this.#trouble;
    if (this.#unseen >= CARRIER_PATIENCE) {
      const because = this.#unseenBecause ?? `this module's database has not answered for ${this.#unseen} s`;
      return { state: 'Waiting', because, isOwners: false, ticks: this.#unseen };
    }
    const missing = this.carrier.missingFor;
    const waiting = { state: 'Waiting', isOwners: false } as const;
    if (missing !== null) {
      const because = `no instance of this module is known to apply it, for ${missing} s: NATS does not take its status, or nobody holds its lease`;
      return { ...waiting, because, ticks: missing };
    }
    const word = this.active ? null : this.#word;
    if (word?.state === 'Waiting' || word?.state === 'Faulted') {
      return {
        ...waiting,
        state: word.state,
        because: word.lastError ?? 'not said',
        isOwners: true,
        ticks: 0,
      };
    }
    const silent = this.#source.silentFor;
    if (silent === null) return null;
    return {
      ...waiting,
      because: `nothing was heard of the owner for ${silent} s`,
      isOwners: true,
      ticks: 0,
    };
  }

  /** Why what is here is not known to move although it should, by a fault on this side: the owner's do not take a copy out of service. */
  #stalled(trouble: Trouble | null): string | null {
    const word = this.active || this.carrier.missingFor !== null ? null : this.#word;
    if (word?.stalledBecause) return word.stalledBecause;
    if (!trouble || trouble.isOwners || trouble.ticks < CARRIER_PATIENCE) return null;
    return trouble.because;
  }

  #state(): TaskState {
    if (this.checkpoint === null) return 'Starting';
    return this.checkpoint.live ? 'Streaming' : 'Snapshotting';
  }
}

function cut(text: string | null): string | null {
  return text?.slice(0, 500) ?? null;
}
