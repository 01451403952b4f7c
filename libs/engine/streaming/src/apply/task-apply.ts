import {
  ContentMissingError,
  UnavailableError,
  VersionConflictError,
  describeTask,
  type ChangeSetHeader,
  type TaskKey,
  taskName,
} from '@nestjs-spark/contracts';
import {
  confirmationSubject,
  MalformedChangeSetError,
  readHeader,
  resyncSubject,
  type ChangeSink,
  type Confirmation,
  type ControlBoard,
  type LogDescription,
  type ResyncRequest,
  type StateStore,
  type StoredCheckpoint,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import {
  type Logger,
  messageOf,
  ahead,
  delayMs,
  doubling,
  pause,
  Latest,
} from '@nestjs-spark/foundation/internal';
import type { Pace } from '../task/pace.ts';
import { decide } from '../receive/decide.ts';
import { readFrom, readSets, type ReceivedSet } from '../receive/read-sets.ts';
import { describeHole, openRequest, resyncRequest } from '../receive/resync.ts';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import { liveCheckpoint, nextCheckpoint } from './next-checkpoint.ts';
import { CatchUp } from './catch-up.ts';
import { FreedIds } from './freed-ids.ts';
import { ApplyPipeline } from './pipeline.ts';
import { ApplyProgress } from './progress.ts';
import { SettingAside } from './setting-aside.ts';
import { lookAtOlderCopies } from './older-copies.ts';

export interface ApplyParts {
  target: ChangeSink;
  /** Remembers what the target did not take. */
  state: StateStore;
  log: TaskLog;
  control: ControlBoard;
  source: SourceInquiry;
  logger: Logger;
  pace: Pace;
}

const MOST_PATIENCE = 64;

/** Carries one task's change sets from the log into the target, each exactly once. */
export class TaskApply {
  readonly progress: ApplyProgress;
  readonly #parts: ApplyParts;
  readonly #confirm: Latest<Confirmation>;
  readonly #taking: SettingAside;
  readonly #catchUp: CatchUp;
  readonly #freed: FreedIds;
  #task: ApplyTask;
  #stored: StoredCheckpoint | null = null;
  /** The hole that was reported last: the same one is not reported again for each set that follows it. */
  #reported: string | null = null;
  /** What stands in the log does not come out where it is read. */
  #misplaced = false;
  /** How many looks at the log's last set it takes to believe that: more each time, since a set may also just be slow. */
  #patience = 1;
  #received = 0;
  #looked = false;

  constructor(task: ApplyTask, parts: ApplyParts) {
    this.#task = task;
    this.#parts = parts;
    const { target, source, log, pace } = parts;
    const byItsRule: Pick<ChangeSink, 'apply' | 'readCheckpoint'> = {
      readCheckpoint: (name) => target.readCheckpoint(name),
      apply: (commands, checkpoint, expected, contents) =>
        target.apply(commands, checkpoint, expected, contents, this.#rule().overwrite),
    };
    this.#taking = new SettingAside(task.key, byItsRule, parts.state, parts.logger, pace);
    const standing = (): ReturnType<SettingAside['standing']> => this.#taking.standing();
    this.#freed = new FreedIds({ target, source, standing, everyMs: pace.freedMs });
    this.progress = new ApplyProgress(task, this.#taking);
    this.#catchUp = new CatchUp(task.key, { source, log, idleMs: pace.idleMs }, this.progress);
    this.#confirm = new Latest<Confirmation>(parts.pace.confirmMs, (confirmation) =>
      parts.control.publish(confirmationSubject(task.key), confirmation),
    );
  }

  declare(task: ApplyTask): void {
    this.#task = task;
    this.progress.declared(task);
  }

  /** What its copies may go over. */
  #rule(): { task: TaskKey; overwrite?: 'own' } {
    const { key: task, overwrite, adoptsFirst } = this.#task;
    const adopts = overwrite === 'own' || (adoptsFirst === true && !this.#stored?.checkpoint.swept);
    return adopts ? { task, overwrite: 'own' } : { task };
  }

  /** Reads where the copy stands, so that a report has something to say before the lease is held. */
  async look(): Promise<void> {
    this.#stored = await this.#parts.target.readCheckpoint(taskName(this.#task.key));
    const checkpoint = this.#stored?.checkpoint ?? null;
    this.progress.seen(checkpoint);
    this.#looked = true;
    if (checkpoint) await this.#taking.open(checkpoint);
    this.#catchUp.wasComplete =
      checkpoint !== null && checkpoint.swept && checkpoint.script === this.#task.fingerprint;
  }

  /**
   * What an instance does every second, whether it carries the task or not: the checkpoint is shared, and so is what it has
   * to catch up with.
   * @param stored the checkpoint as it stands in the database
   * @param since `progress.moves` when it was asked for
   */
  async standBy(stored: StoredCheckpoint | null, since: number, now: number): Promise<void> {
    if (!this.#looked) await this.look();
    else this.progress.seen(stored?.checkpoint ?? null, since);
    if (!this.progress.active) await this.#catchUp.findIfDue(now);
  }

  /** Runs while the lease is held, whatever breaks in between. */
  async run(held: AbortSignal): Promise<void> {
    let failures = 0;
    this.progress.active = true;
    try {
      while (!held.aborted) {
        const before = this.#stored?.checkpoint.setsApplied ?? 0;
        try {
          await this.#carry(held);
        } catch (error) {
          if (held.aborted) return;
          failures = (this.#stored?.checkpoint.setsApplied ?? 0) > before ? 1 : failures + 1;
          if (error instanceof ContentMissingError || error instanceof MalformedChangeSetError)
            await this.#sendAgain(error).catch(() => {});
          this.#note(error, failures === 1);
          await pause(delayMs(doubling(this.#parts.pace.backoffMs), failures), held);
        }
      }
    } finally {
      this.progress.active = false;
      await this.#confirm.close();
    }
  }

  async #carry(held: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    await this.look();
    const description = await log.describe();
    if (description === null) {
      this.progress.waiting('the owner has not opened the log yet');
      await pause(this.#parts.pace.noLogMs, held);
      return;
    }
    if (this.progress.target === null) await this.#catchUp.find();
    await this.#repairIfDue();
    await this.#sweepIfDue();
    this.#confirmNow();
    const ended = new AbortController();
    const signal = AbortSignal.any([held, ended.signal]);
    await this.#askAnew();
    const from = this.#misplaced ? 1 : readFrom(this.#stored?.checkpoint ?? null, description);
    this.#misplaced = false;
    const pipeline = this.#openPipeline(ended);
    const watching = Promise.all([
      this.#watchTail(signal, ended),
      this.#freed.watch(() => this.#rule(), signal),
    ]);
    this.progress.reading();
    let isSameStream = false;
    try {
      for await (const received of ahead(readSets(log, from, signal), 2)) {
        if (signal.aborted) break;
        // Made again between the look at it and the reading, its sequences would be confirmed as those of the old one.
        isSameStream ||= (await log.describe())?.created === description.created;
        if (!isSameStream) break;
        this.#received++;
        await this.#take(received, description, pipeline);
      }
      await pipeline.settled();
    } finally {
      ended.abort();
      await Promise.allSettled([watching, pipeline.settled()]);
    }
  }

  #openPipeline(reading: AbortController): ApplyPipeline {
    const applied = (stored: StoredCheckpoint): void => {
      this.#stored = stored;
      this.#patience = Math.max(1, this.#patience / 2);
      this.progress.applied(stored.checkpoint);
      this.#confirmNow();
    };
    const apply: ChangeSink['apply'] = (commands, checkpoint, expected) =>
      this.#taking.apply(commands, checkpoint, expected, this.#parts.log);
    const readCheckpoint: ChangeSink['readCheckpoint'] = (name) => this.#parts.target.readCheckpoint(name);
    return new ApplyPipeline({ apply, readCheckpoint }, this.#stored, applied, () => reading.abort());
  }

  /**
   * Looks at the log's last set while nothing comes out. Sequences repeat where a stream was put back from a backup: then
   * news stands behind the place that is read, and the log is read from its start; or an older generation is all there is,
   * and only the owner can help.
   */
  async #watchTail(signal: AbortSignal, reading: AbortController): Promise<void> {
    const { log, pace } = this.#parts;
    let suspected = -1;
    while (!signal.aborted) {
      await pause(pace.idleMs * this.#patience, signal);
      const received = this.#received;
      if (this.progress.catchingUp) await this.#catchUp.find().catch(() => {});
      const tail = signal.aborted ? null : await log.tail().catch(() => null);
      if (!tail || received !== this.#received) continue;
      const header = readHeader(tail);
      if (header === null) continue;
      const decision = decide(this.#stored?.checkpoint ?? null, header);
      const sure = suspected === received;
      suspected = decision === 'covered' ? -1 : received;
      if (!sure || decision === 'covered') continue;
      if (decision === 'past')
        await this.#askAnew()
          .then(() => this.#hole(header))
          .catch(() => {});
      else {
        this.#misplaced = true;
        this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
        reading.abort();
      }
    }
  }

  async #take({ set, sequence }: ReceivedSet, log: LogDescription, pipeline: ApplyPipeline): Promise<void> {
    const { commands, ...header } = set;
    const before = pipeline.head;
    const place = { sequence, streamCreated: log.created };
    switch (decide(before, header)) {
      case 'apply':
        this.progress.taking();
        await pipeline.push(commands, nextCheckpoint(before, set, place, Date.now()));
        if (before?.generation !== set.generation)
          this.progress.sourceReplaced({ databaseId: set.databaseId, etag: set.to });
        break;
      case 'live':
        if (before) await pipeline.push([], liveCheckpoint(before, place));
        break;
      case 'hole':
        await pipeline.settled();
        await this.#hole(header);
        return;
      case 'covered':
      case 'past':
        return;
    }
    this.#reported = null;
    await this.#complete(pipeline);
  }

  /** What is due once a generation is whole: its older copies go, and what it has to catch up with is asked for. */
  async #complete(pipeline: ApplyPipeline): Promise<void> {
    if (pipeline.head?.live && !pipeline.head.swept) {
      await pipeline.settled();
      await this.#sweepIfDue();
      if (this.#stored) pipeline.continueFrom(this.#stored);
    }
    if (this.progress.target === null || this.progress.isTargetOlderThan(pipeline.head))
      await this.#catchUp.find();
  }

  async #sweepIfDue(): Promise<void> {
    const stored = this.#stored;
    if (!stored?.checkpoint.live || stored.checkpoint.swept) return;
    this.#stored = await this.#parts.target.sweep(stored);
    this.progress.applied(this.#stored.checkpoint);
    this.#confirmNow();
  }

  /** What an older version could not find again stands here for good, so everything is read once more, which shows it. */
  async #repairIfDue(): Promise<void> {
    if (!this.#stored) return;
    const { target, log, logger } = this.#parts;
    const looked = await lookAtOlderCopies(target, log, this.#stored);
    if (looked.because === null) this.#stored = looked.stored;
    else if (await this.#ask(resyncRequest(looked.because, this.#stored.checkpoint, null, true)))
      logger.warn(`${describeTask(this.#task.key)}: asked for a resync, because ${looked.because}`);
  }

  /** What does not come with the log only the owner can send, from where this copy stands. */
  async #sendAgain(error: Error): Promise<void> {
    const checkpoint = this.#stored?.checkpoint ?? null;
    // The error names the content as it was stored: the next try has another name, and may be missing as well.
    const missing = `${checkpoint?.generation}/${checkpoint?.to}/${error.message}`;
    if (missing === this.#reported) return;
    await this.#ask(resyncRequest(error.message, checkpoint, null));
    this.#reported = missing;
  }

  /** A request may be lost with the control stream, or its answer with the log: then the same hole is reported again. */
  async #askAnew(): Promise<void> {
    if (this.#reported !== null && (await this.#openRequest()) === null) this.#reported = null;
  }

  async #hole(seen: ChangeSetHeader): Promise<void> {
    const checkpoint = this.#stored?.checkpoint ?? null;
    const hole = `${checkpoint?.generation}/${checkpoint?.to}/${seen.generation}`;
    if (hole === this.#reported) return;
    const reason = describeHole(checkpoint, seen);
    if (await this.#ask(resyncRequest(reason, checkpoint, seen)))
      this.#parts.logger.warn(`${describeTask(this.#task.key)}: asked for a resync, because ${reason}`);
    this.#reported = hole;
  }

  /**
   * Where everything was asked for already, this would take the place of that request, and only what is missing here would come.
   * @returns whether it was asked for
   */
  async #ask(request: ResyncRequest): Promise<boolean> {
    if ((await this.#openRequest())?.fromStart) return false;
    await this.#parts.control.publish(resyncSubject(this.#task.key), request);
    this.progress.resyncsRequested++;
    return true;
  }

  /** The request that waits for its answer, null when none does; undefined without a log, in which answers come. */
  async #openRequest(): Promise<ResyncRequest | null | undefined> {
    const { log, control } = this.#parts;
    const subject = resyncSubject(this.#task.key);
    const [tail, last] = await Promise.all([log.tail(), control.last<ResyncRequest>(subject)]);
    if (tail === null) return undefined;
    const header = readHeader(tail);
    return header && openRequest(header, last);
  }

  #confirmNow(): void {
    const checkpoint = this.#stored?.checkpoint;
    if (!checkpoint) return;
    const { generation, incarnation, databaseId, to, readAt, live, witness, sequence, streamCreated } =
      checkpoint;
    this.#confirm.offer({
      generation,
      incarnation,
      databaseId,
      to,
      readAt,
      live,
      witness,
      sequence,
      streamCreated,
      at: Date.now(),
    });
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
