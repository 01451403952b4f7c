import {
  ContentMissingError,
  UnavailableError,
  VersionConflictError,
  describeTask,
  taskName,
  type TaskKey,
} from '@nestjs-spark/contracts';
import {
  type ChangeSink,
  type ControlBoard,
  type MessageVerifier,
  type StateStore,
  type StoredCheckpoint,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { type Logger, messageOf, delayMs, doubling, pause } from '@nestjs-spark/foundation/internal';
import type { Unit } from '@nestjs-spark/runtime/internal';
import { ReadingPlace } from '../receive/reading-place.ts';
import { SetReader } from '../receive/set-reader.ts';
import type { Pace } from '../task/pace.ts';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import { ApplySession } from './apply-session.ts';
import { CatchUp } from './catch-up.ts';
import { ConfinedSink } from './confined-sink.ts';
import { FreedIds } from './freed-ids.ts';
import { lookAtOlderCopies } from './older-copies.ts';
import { ApplyProgress } from './progress.ts';
import { ResyncRequests } from './resync-requests.ts';
import { SettingAside } from './setting-aside.ts';
import { TaskCheckpoint } from './task-checkpoint.ts';

export interface ApplyParts {
  sink: ChangeSink;
  /** Records what the sink did not accept. */
  state: StateStore;
  log: TaskLog;
  control: ControlBoard;
  source: SourceInquiry;
  /** Distinguishes the owner's sets from what others have written into its log. */
  verifier: MessageVerifier;
  logger: Logger;
  pace: Pace;
  /** Called when the copy may have progressed. */
  moved: () => void;
}

/** Applies one task's change sets from the log to the sink, each exactly once, session after session. */
export class TaskApply implements Unit {
  readonly key: TaskKey;
  readonly name: string;
  readonly progress: ApplyProgress;
  readonly #parts: ApplyParts;
  readonly #checkpoint: TaskCheckpoint;
  readonly #taking: SettingAside;
  readonly #catchUp: CatchUp;
  readonly #freed: FreedIds;
  readonly #resyncs: ResyncRequests;
  readonly #sets: SetReader;
  readonly #place = new ReadingPlace();
  #task: ApplyTask;
  #looked = false;

  constructor(task: ApplyTask, parts: ApplyParts) {
    this.key = task.key;
    this.name = taskName(task.key);
    this.#task = task;
    this.#parts = parts;
    const { sink, source, log, control, verifier, logger, pace } = parts;
    const byItsRule: Pick<ChangeSink, 'apply' | 'readCheckpoint' | 'copies'> = {
      readCheckpoint: (key) => sink.readCheckpoint(key),
      copies: (key, ids) => sink.copies(key, ids),
      apply: (commands, checkpoint, expected, contents) =>
        sink.apply(commands, checkpoint, expected, contents, this.#rule().overwrite),
    };
    const confined = new ConfinedSink(byItsRule, () => this.#task);
    this.#taking = new SettingAside(task.key, confined, parts.state, logger, pace);
    const standing = (): ReturnType<SettingAside['standing']> => this.#taking.standing();
    this.#freed = new FreedIds({ sink, source, standing, everyMs: pace.freedMs });
    this.progress = new ApplyProgress(task, this.#taking, parts.moved);
    this.#checkpoint = new TaskCheckpoint(
      task.key,
      { sink, taking: this.#taking, control, confirmMs: pace.confirmMs },
      this.progress,
    );
    const wasSigned = (): boolean => this.#checkpoint.value?.signed === true;
    this.#sets = new SetReader(task.key, { log, verifier, logger, wasSigned });
    const sets = this.#sets;
    this.#catchUp = new CatchUp(task.key, { source, sets, idleMs: pace.idleMs }, this.progress);
    const sent = (): void => void this.progress.resyncsRequested++;
    this.#resyncs = new ResyncRequests(task.key, { sets, control, logger, sent });
  }

  declare(task: ApplyTask): void {
    this.#task = task;
    this.progress.declared(task);
  }

  /** What its copies may overwrite. */
  #rule(): { task: TaskKey; overwrite?: 'own' } {
    const { key: task, overwrite, adoptsFirst } = this.#task;
    const adopts = overwrite === 'own' || (adoptsFirst === true && !this.#checkpoint.value?.swept);
    return adopts ? { task, overwrite: 'own' } : { task };
  }

  /** Reads the checkpoint, so that there is something to report before the lease is held. */
  prepare(): Promise<void> {
    return this.look().catch(() => {});
  }

  withoutLease(because: string | null): void {
    this.progress.withoutLease(because);
  }

  async look(): Promise<void> {
    const checkpoint = await this.#checkpoint.read();
    this.#looked = true;
    if (checkpoint) await this.#taking.open(checkpoint);
    this.#catchUp.wasComplete =
      checkpoint !== null && checkpoint.swept && checkpoint.script === this.#task.fingerprint;
  }

  /**
   * What an instance does every second, whether or not it carries the task: the checkpoint is shared, and so is what it has to
   * catch up with.
   * @param stored the checkpoint as stored in the database
   * @param since `progress.moves` when it was requested
   */
  async standBy(stored: StoredCheckpoint | null, since: number, now: number): Promise<void> {
    if (!this.#looked) await this.look();
    else this.progress.seen(stored?.checkpoint ?? null, since);
    if (!this.progress.active) this.#catchUp.findIfDue(now);
  }

  /** Runs while the lease is held, despite failures. */
  async run(held: AbortSignal): Promise<void> {
    let failures = 0;
    this.progress.active = true;
    try {
      while (!held.aborted) {
        const before = this.#checkpoint.setsApplied;
        try {
          await this.#carry(held);
        } catch (error) {
          if (held.aborted) return;
          failures = this.#checkpoint.setsApplied > before ? 1 : failures + 1;
          if (error instanceof ContentMissingError)
            await this.#resyncs.forMissing(this.#checkpoint.value, error).catch(() => {});
          this.#note(error, failures === 1);
          await pause(delayMs(doubling(this.#parts.pace.backoffMs), failures), held);
        }
      }
    } finally {
      this.progress.active = false;
      await this.#checkpoint.close();
    }
  }

  async #carry(held: AbortSignal): Promise<void> {
    const { sink, log, pace } = this.#parts;
    await this.look();
    const stream = await log.describe();
    if (stream === null) {
      this.progress.waiting('the owner has not opened the log yet');
      await pause(pace.noLogMs, held);
      return;
    }
    if (this.progress.catchUpTo === null) this.#catchUp.find();
    await this.#repairIfDue();
    await this.#checkpoint.sweepIfDue();
    await this.#checkpoint.deleteAgain();
    this.#checkpoint.confirm();
    await this.#resyncs.forgetIfLost();
    const session = new ApplySession(
      {
        sink,
        log,
        sets: this.#sets,
        idleMs: pace.idleMs,
        progress: this.progress,
        checkpoint: this.#checkpoint,
        taking: this.#taking,
        catchUp: this.#catchUp,
        resyncs: this.#resyncs,
        place: this.#place,
      },
      stream,
    );
    const due = new AbortController();
    await session.run(AbortSignal.any([held, due.signal]), async (signal) => {
      await Promise.all([this.#freed.watch(() => this.#rule(), signal), this.#endWhenDue(due, signal)]);
    });
  }

  /** Ends the session while there are copies that could not be deleted: the next one begins by retrying. */
  async #endWhenDue(due: AbortController, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#parts.pace.undeletedMs, signal);
      if (this.#checkpoint.value?.live && this.#taking.hasUndeleted) due.abort();
    }
  }

  /** What an older version could not find again would stay here for good, so everything is read again, which reveals it. */
  async #repairIfDue(): Promise<void> {
    const { stored } = this.#checkpoint;
    if (!stored) return;
    const looked = await lookAtOlderCopies(this.#parts.sink, this.#sets, stored);
    if (looked.because === null) this.#checkpoint.rewritten(looked.stored);
    else await this.#resyncs.forEverything(stored.checkpoint, looked.because);
  }

  #note(error: unknown, first: boolean): void {
    const { logger } = this.#parts;
    if (error instanceof VersionConflictError) {
      logger.debug(`${describeTask(this.#task.key)}: another instance applied; reading its checkpoint`);
      return;
    }
    this.progress.failed(error, error instanceof UnavailableError);
    const message = messageOf(error);
    if (first) logger.warn(`${describeTask(this.#task.key)}: ${message}; trying again until it works`);
  }
}
