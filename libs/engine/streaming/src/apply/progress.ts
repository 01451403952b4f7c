import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import type { ApplyStatus, CaptureStatus, Checkpoint, SourceStatus } from '@nestjs-spark/contracts/internal';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { SetAside } from '@nestjs-spark/set-aside/internal';
import { Carrier } from '@nestjs-spark/runtime/internal';
import { move, type Condition, type Happened, type Obstacle } from '@nestjs-spark/runtime/internal';
import { APPLY_MOVES, STARTING, phaseOf, type Phase } from '../task/moves.ts';
import { etagsBehind, isReadFrom, type Place, type SourcePlace } from '../task/place.ts';
import type { ApplyReport, RefusedMessage } from '../task/reports.ts';
import type { ApplyTask } from '../task/tasks.ts';
import {
  judgeTrouble,
  whyIncomplete,
  whyStalled,
  type Trouble,
  type TroubleFacts,
} from './judge-receiving.ts';
import { SourceKnowledge } from './source-knowledge.ts';

const READING_HEALS = 2;
/** How many of the last refused messages are listed. */
const MOST_REFUSED = 20;

/** The requester's view of a task, on every instance: the checkpoint and the board are shared. */
export class ApplyProgress {
  active = false;
  checkpoint: Checkpoint | null = null;
  /** What has to be applied before the copy counts as caught up after a start. */
  catchUpTo: SourcePlace | null = null;
  /** How many times the source was replaced: an answer from before that is about another source. */
  replacements = 0;
  resyncsRequested = 0;
  readonly carrier = new Carrier();
  #task: ApplyTask;
  readonly #setAside: Pick<SetAside, 'count'>;
  readonly #moved: () => void;
  readonly #source = new SourceKnowledge();
  #refused: RefusedMessage[] = [];
  /** The checkpoint was read, so null means that there is none. */
  #known = false;
  /** For how many ticks the checkpoint could not be read, and why. */
  #unseen = 0;
  #unseenBecause: string | null = null;
  #moves = 0;
  #caughtUp = false;
  #condition: Condition<Phase> = STARTING;
  /** The obstacle, and for how many ticks it has existed. */
  #obstacle = { because: '', isOwners: false, ticks: 0 };
  #leaseTrouble: Trouble | null = null;
  /** The carrier's report on the task. */
  #word: ApplyStatus | null = null;
  #errors = 0;
  /** For how many ticks the log has been read without anything to apply. */
  #reading: number | null = null;

  /** @param moved called when the copy may have progressed */
  constructor(task: ApplyTask, setAside: Pick<SetAside, 'count'>, moved: () => void = () => {}) {
    this.#task = task;
    this.#setAside = setAside;
    this.#moved = moved;
  }

  /** Why the task's lease can be neither acquired nor renewed; null once it can. Everything else known is from before. */
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
    const before = this.checkpoint;
    const isSame =
      before?.generation === checkpoint.generation && before.incarnation === checkpoint.incarnation;
    this.#stand(checkpoint);
    this.#reading = null;
    this.#move({ what: isSame ? 'applied' : 'begun', phase: phaseOf(checkpoint) });
    this.#moved();
  }

  /** The log is being read again; if there is nothing to apply, that clears an obstacle once it has lasted. */
  reading(): void {
    this.#reading = 0;
  }

  /** A set has arrived and is being applied: only its success tells whether the obstacle is gone. */
  taking(): void {
    this.#reading = null;
  }

  /** Counts sets applied here, so that an outdated read of the checkpoint can be recognized. */
  get moves(): number {
    return this.#moves;
  }

  /** The checkpoint as stored in the database. @param since `moves` when it was requested */
  seen(checkpoint: Checkpoint | null, since = this.#moves): void {
    this.#known = true;
    this.#unseen = 0;
    this.#unseenBecause = null;
    if (since !== this.#moves) return;
    const before = this.checkpoint;
    if (checkpoint === null) this.checkpoint = null;
    else this.#stand(checkpoint);
    this.#move({ what: 'seen', phase: checkpoint === null ? 'Starting' : phaseOf(checkpoint) });
    // The carrier itself knows when a generation begins, and what it has to catch up with.
    if (!this.active && checkpoint && before && before.incarnation !== checkpoint.incarnation)
      this.sourceReplaced({ databaseId: checkpoint.databaseId, etag: checkpoint.to });
    // Whoever waits for a move looks again after it, and would never pause if each look counted as one.
    if (!isDeepStrictEqual(before, checkpoint)) this.#moved();
  }

  #stand(checkpoint: Checkpoint): void {
    this.checkpoint = checkpoint;
    this.#known = true;
    this.#source.received({ databaseId: checkpoint.databaseId, etag: checkpoint.to });
  }

  /** The checkpoint could not be read. */
  unseen(error: unknown): void {
    this.#unseenBecause = messageOf(error);
  }

  /** The owner's answer. */
  sourceAt(place: Place): void {
    this.#source.answered(place, performance.now());
  }

  /** A generation may begin because the source is a different database, or an older state of it: then older etags mean nothing. */
  sourceReplaced(place: Place): void {
    this.#source.replaced(place);
    this.catchUpTo = null;
    this.replacements++;
  }

  sourceSaid(status: SourceStatus): void {
    this.#source.said(status, performance.now());
  }

  captureSaid(status: CaptureStatus): void {
    this.#source.captured(status);
    this.#moved();
  }

  /** The carrier's report, from the board. */
  carrierSaid(status: ApplyStatus): void {
    if (this.#word !== null && this.#word.at !== status.at) this.carrier.heard();
    this.#word = status;
  }

  /** Called once a second on every instance that has the task, carrier or not. */
  tick(): void {
    this.carrier.tick();
    this.#source.tick();
    this.#unseen++;
    this.#obstacle.ticks++;
    if (this.#leaseTrouble) this.#leaseTrouble.ticks++;
    if (this.#reading !== null && ++this.#reading > READING_HEALS) this.#move({ what: 'read' });
  }

  /** Everything is here except what the source is known to have had at the start. */
  get catchingUp(): boolean {
    if (!this.checkpoint?.live || this.#caughtUp) return false;
    if (this.catchUpTo === null || !isReadFrom(this.catchUpTo, this.checkpoint)) return true;
    return etagsBehind(this.#reached(this.checkpoint), this.catchUpTo) !== 0;
  }

  /**
   * The answer precedes the latest raise of the source's witness, so it cannot tell whether incoming sets were read from the same
   * database.
   */
  isCatchUpOlderThan(coming: Checkpoint | null): boolean {
    const remembered = this.catchUpTo?.witness;
    if (!coming?.live || this.#caughtUp || !remembered) return false;
    return coming.witness.number > remembered.number;
  }

  waiting(because: string): void {
    this.#stopped('Waiting', because, true);
  }

  failed(error: unknown, mayPass: boolean): void {
    this.#errors++;
    this.#stopped(mayPass ? 'Waiting' : 'Faulted', messageOf(error), false);
  }

  /** A message in the log is not the owner's, or cannot be read. */
  refused({ sequence, message }: { sequence: number; message: string }): void {
    const isNew = this.#refused.every((one) => one.sequence !== sequence);
    if (isNew)
      this.#refused = [
        ...this.#refused.slice(1 - MOST_REFUSED),
        { sequence, reason: message, at: Date.now() },
      ];
    this.failed(new Error(message), false);
  }

  /** What the carrier reports to the other instances. */
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
    const facts = this.#troubleFacts();
    const trouble = judgeTrouble(facts);
    const applied = checkpoint?.to ?? 0;
    return {
      task: this.#task.key,
      collection: this.#task.collection,
      known: this.#known,
      state: trouble?.state ?? this.#condition.phase,
      generation: checkpoint?.generation ?? 0,
      databaseId: checkpoint?.databaseId ?? null,
      appliedEtag: applied,
      sourceEtag: this.#source.place?.etag ?? applied,
      lag: this.#source.lag(checkpoint, now),
      behindMs: this.#source.behindMs(checkpoint, now, Date.now()),
      complete: incompleteBecause === null,
      incompleteBecause,
      stalledBecause: whyStalled(trouble, facts),
      setsApplied: checkpoint?.setsApplied ?? 0,
      documentsPut: checkpoint?.documentsPut ?? 0,
      documentsDeleted: checkpoint?.documentsDeleted ?? 0,
      resyncsRequested: this.resyncsRequested,
      refused: this.#refused,
      setAside: this.active ? this.#setAside.count : (this.#word?.setAside ?? this.#setAside.count),
      errors: this.#errors,
      lastError: trouble?.because ?? null,
      ownerSilentSeconds: trouble?.silentSeconds ?? null,
      active: this.active,
      carriedBy: this.carrier.by(this.active),
    };
  }

  #stopped(obstacle: Obstacle, because: string, isOwners: boolean): void {
    this.#reading = null;
    const ticks = this.#condition.obstacle === null ? 0 : this.#obstacle.ticks;
    this.#obstacle = { because, isOwners, ticks };
    this.#move({ what: 'stopped', obstacle });
  }

  #move(happened: Happened<Phase, keyof typeof APPLY_MOVES>): void {
    this.#condition = move(APPLY_MOVES, this.#condition, happened);
  }

  #reached(checkpoint: Checkpoint): Place {
    return { databaseId: checkpoint.databaseId, etag: this.#source.reached(checkpoint) };
  }

  /** Having caught up once after a start is enough: from then on lag does not affect readiness. */
  #incomplete(): string | null {
    const because = whyIncomplete({
      checkpoint: this.checkpoint,
      fingerprint: this.#task.fingerprint,
      reached: this.checkpoint ? this.#reached(this.checkpoint).etag : 0,
      catchUpTo: this.catchUpTo,
      caughtUp: this.#caughtUp,
    });
    if (because === null) this.#caughtUp = true;
    return because;
  }

  #troubleFacts(): TroubleFacts {
    const { obstacle: state } = this.#condition;
    return {
      lease: this.#leaseTrouble,
      own: this.active && state !== null ? { state, ...this.#obstacle } : null,
      unseen: { ticks: this.#unseen, because: this.#unseenBecause },
      missing: this.carrier.missingFor,
      word: this.active ? null : this.#word,
      owner: this.#task.key.owner,
      ownerSilent: this.#source.silentFor,
    };
  }
}

function cut(text: string | null): string | null {
  return text?.slice(0, 500) ?? null;
}
