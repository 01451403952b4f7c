import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { UnavailableError, describeTask, taskId, type ChangeSetHeader } from '@nestjs-spark/contracts';
import {
  LogConflictError,
  LogFullError,
  confirmationSubject,
  readHeader,
  resyncSubject,
  type ChangeSource,
  type ChangePage,
  type Confirmation,
  type ControlBoard,
  type Follow,
  type ResyncRequest,
  type SourceIdentity,
  type StateStore,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import {
  type Logger,
  messageOf,
  ahead,
  backoffMs,
  pause,
  Every,
  Latest,
  Nudge,
} from '@nestjs-spark/foundation/internal';
import type { Pace } from '../task/pace.ts';
import { Contents } from '../publish/contents.ts';
import { Caution } from '../publish/caution.ts';
import { Publisher, PublishFailedError } from '../publish/publisher.ts';
import type { CaptureTask, TaskDirectory } from '../task/tasks.ts';
import { callForRerun } from '../rerun/rerun-request.ts';
import { Reruns } from '../rerun/reruns.ts';
import { SetAside } from '../set-aside/set-aside.ts';
import type { Scripts } from '../transform/scripts.ts';
import { Transformer } from '../transform/transformer.ts';
import { CaptureProgress } from './progress.ts';
import { readPages, type ReadOptions } from './read-pages.ts';
import { decideResumption, type Resumption } from './resume.ts';
import type { CapturePosition } from '../publish/position.ts';
import { DeletesLostError, SourceReplacedError } from './source-errors.ts';
import { transformPages } from './transform-pages.ts';
import { WitnessGuard } from './witness-guard.ts';

export interface CaptureParts {
  feed: ChangeSource;
  log: TaskLog;
  /** Makes the route's stream where it is missing. */
  provision: () => Promise<void>;
  control: ControlBoard;
  directory: TaskDirectory;
  scripts: Scripts;
  state: StateStore;
  logger: Logger;
  pace: Pace;
}

/** Carries one task's changes from the source into the log. */
export class TaskCapture {
  readonly progress: CaptureProgress;
  readonly #task: CaptureTask['key'];
  #assigned: CaptureTask;
  readonly #parts: CaptureParts;
  readonly #nudge = new Nudge();
  readonly #confirmedNudge = new Nudge();
  readonly #trim: Latest<Confirmation>;
  /** Ends what runs now, so that everything is decided again. */
  #session = new AbortController();
  /** Where the source was when word of it was asked for. */
  #flushTo: Pick<SourceIdentity, 'databaseId' | 'lastEtag'> | null = null;
  #reruns: Reruns | null = null;
  #deletesLostFrom: number | null = null;
  readonly #caution = new Caution();
  #witness: WitnessGuard | null = null;
  /** The requester's last word, also of what is not known here yet. */
  #heard: Confirmation | null = null;

  constructor(task: CaptureTask, parts: CaptureParts) {
    this.#task = task.key;
    this.#assigned = task;
    this.#parts = parts;
    this.progress = new CaptureProgress(task.key, task.collection);
    this.#trim = new Latest<Confirmation>(parts.pace.trimMs, (confirmation) => this.#letGo(confirmation));
  }

  /** Runs while the lease is held, whatever breaks in between. */
  async run(held: AbortSignal): Promise<void> {
    let failures = 0;
    this.progress.active = true;
    try {
      while (!held.aborted) {
        this.#session = new AbortController();
        const signal = AbortSignal.any([held, this.#session.signal]);
        const before = this.progress.published;
        try {
          const found = await this.#carry(signal);
          if (!found) return;
        } catch (error) {
          if (held.aborted) return;
          failures = this.progress.published > before ? 1 : failures + 1;
          await this.#recover(error, failures, held);
        }
      }
    } finally {
      this.progress.active = false;
      await this.#trim.close();
    }
  }

  /** What was agreed may have changed: if so, everything is decided again. */
  assign(task: CaptureTask): void {
    if (isDeepStrictEqual(task, this.#assigned)) return;
    this.#assigned = task;
    this.#session.abort();
  }

  /** Has what stands in the retry request run again. */
  rerunAsked(): void {
    this.#reruns?.asked();
    this.#nudge.nudge();
  }

  resyncAsked(): void {
    this.#session.abort();
  }

  confirmed(confirmation: Confirmation): void {
    this.#heard = confirmation;
    this.progress.confirmationHeard(confirmation);
    if (confirmation.incarnation !== this.progress.incarnation) return;
    this.progress.confirmed = confirmation;
    this.#witness?.confirmed(confirmation.witness);
    this.#trim.offer(confirmation);
    this.#confirmedNudge.nudge();
  }

  /** Has pages published up to there, even if they are empty. */
  flush(source: Pick<SourceIdentity, 'databaseId' | 'lastEtag'>): void {
    this.#flushTo = source;
    this.#nudge.nudge();
  }

  /** @returns false when the task is not in the directory any more */
  async #carry(signal: AbortSignal): Promise<boolean> {
    const { feed, log, directory, logger, scripts, state } = this.#parts;
    await this.#parts.provision();
    const last = await log.tail();
    const task = await directory.read(this.#task);
    if (!task) return false;
    // One that cannot be read was written by another version, or by nobody that may: everything is read again.
    const tail = readHeader(last);
    const resumption = await this.#decide(tail, task);
    const { kind, position, because } = resumption;
    this.progress.resumed(position);
    logger.log(
      `${describeTask(this.#task)}: generation ${position.generation} from etag ${position.to + 1}, because ${because}`,
    );
    // A log at its bounds takes no first set of a new beginning: what it makes worthless goes before.
    if (kind !== 'continue' && last) await log.trim(last.sequence);

    const script = scripts.open({ name: this.#task.name, collection: task.collection, script: task.script });
    const contents = new Contents(feed.extras, feed.ids);
    const after = last?.sequence ?? 0;
    const publisher = new Publisher(log, task, position, after, {
      dropOlder: kind !== 'continue',
      contents,
      caution: this.#caution,
      ids: feed.ids,
    });
    const setAside = await SetAside.open(state, this.#task, { ...position, ids: feed.ids });
    this.progress.setAside = setAside;
    if (kind === 'begin') await publisher.open();
    else if (this.#caution.needsProbe) await publisher.probe();
    this.progress.documentsTotal = position.live ? 0 : await feed.count(task.collection);
    const ended = new AbortController();
    const reading = AbortSignal.any([signal, ended.signal]);
    let isFull = false;
    const transformer = new Transformer(task, script, feed, setAside);
    try {
      const caution = this.#caution;
      const { to } = position;
      const reruns = new Reruns({ task, feed, state, setAside, transformer, caution, position: to });
      this.#reruns = reruns;
      const pages = readPages(
        feed,
        position,
        this.#reading(task, position, publisher, reruns, script.follow),
        reading,
      );
      const transformed = transformPages(pages, transformer, reruns, position.generation, reading);
      for await (const { page, witness, changes, deletes, published, refused } of ahead(transformed, 1)) {
        if (signal.aborted) break;
        let isRefused = false;
        await publisher.publish(page, witness, changes, async ({ documentId, etag }, cause) => {
          isRefused = true;
          const reason = `it cannot be published: ${messageOf(cause)}`;
          logger.warn(
            `${describeTask(this.#task)}: ${documentId ?? 'what was run again'} set aside: ${reason}`,
          );
          if (documentId === undefined) await refused?.(reason);
          else await setAside.add([{ documentId, etag, reason, kind: 'refused', line: null, column: null }]);
        });
        await setAside.published(position.to);
        if (!isRefused) await published?.();
        if (reruns.due) this.#nudge.nudge();
        this.#deletesLostFrom = null;
        this.progress.carried(page, position, deletes);
      }
      return true;
    } catch (error) {
      isFull = error instanceof LogFullError;
      throw error;
    } finally {
      ended.abort();
      script.close();
      await transformer.idle();
      // Nobody can have published anything else into a full log, and this is tried again often.
      if (!isFull) await this.#doubt(setAside.addedAfter(position.to));
    }
  }

  /** Another instance may have published something else of these, not knowing that they would be set aside here. */
  async #doubt(documentIds: string[]): Promise<void> {
    if (documentIds.length === 0) return;
    try {
      await callForRerun(this.#parts, this.#task, documentIds);
    } catch (error) {
      this.#parts.logger.warn(
        `${describeTask(this.#task)}: what was set aside last may be listed although it is not: ${messageOf(error)}`,
      );
    }
  }

  #reading(
    task: CaptureTask,
    position: CapturePosition,
    publisher: Publisher,
    reruns: Reruns,
    follow: Follow | undefined,
  ): ReadOptions {
    const { feed, pace } = this.#parts;
    const check = new Every(pace.idleMs);
    const witness = new WitnessGuard(feed, taskId(this.#task), position, pace.witnessMs);
    if (this.#heard?.incarnation === position.incarnation) witness.confirmed(this.#heard.witness);
    this.#witness = witness;
    return {
      collection: task.collection,
      ...(follow && feed.extras && { follow }),
      witness,
      wanted: (page) =>
        page.changes.length > 0 || (page.drained && !position.live) || this.#watermarkDue(page),
      handed: (page) => this.progress.handed(page.to),
      idle: async (page) => {
        this.progress.passed(page.to);
        await check.due(async () => {
          await publisher.checkTail();
          await witness.check();
        });
      },
      rerunsDue: () => reruns.look(),
      nudge: this.#nudge,
      idleMs: pace.idleMs,
    };
  }

  async #decide(tail: ChangeSetHeader | null, task: CaptureTask): Promise<Resumption> {
    const { feed, control } = this.#parts;
    const [source, confirmed, resync] = await Promise.all([
      feed.identify(taskId(this.#task)),
      control.last<Confirmation>(confirmationSubject(this.#task)),
      control.last<ResyncRequest>(resyncSubject(this.#task)),
    ]);
    return decideResumption({
      tail,
      task,
      source,
      confirmed: confirmed ?? this.#heard,
      resync,
      deletesLostFrom: this.#deletesLostFrom,
      incarnation: randomUUID(),
    });
  }

  /** A sequence is worth nothing in a stream that was made at another time. */
  async #letGo({ streamCreated, sequence }: Confirmation): Promise<void> {
    const { log } = this.#parts;
    const description = await log.describe();
    if (description?.created === streamCreated) await log.trim(sequence);
  }

  #watermarkDue(page: ChangePage): boolean {
    if (page.to <= this.progress.published) return false;
    const asked = this.#flushTo;
    const isAsked = asked?.databaseId === page.databaseId && this.progress.published < asked.lastEtag;
    return isAsked || performance.now() - this.progress.publishedAt >= this.#parts.pace.watermarkMs;
  }

  async #recover(error: unknown, failures: number, held: AbortSignal): Promise<void> {
    const { logger } = this.#parts;
    if (error instanceof PublishFailedError) this.#caution.failed(error.failed);
    if (error instanceof LogFullError) {
      this.progress.waiting('the log is full until the requester confirms');
      await this.#confirmedNudge.wait(held, this.#parts.pace.fullLogMs);
      return;
    }
    if (error instanceof LogConflictError) {
      logger.debug(`${describeTask(this.#task)}: another instance published; reading its last set`);
    } else if (error instanceof SourceReplacedError) {
      logger.warn(`${describeTask(this.#task)}: ${error.message}`);
    } else if (error instanceof DeletesLostError) {
      logger.warn(`${describeTask(this.#task)}: ${error.message}`);
      this.#deletesLostFrom = error.from;
    } else {
      const first = failures === 1;
      const cause = error instanceof PublishFailedError ? error.cause : error;
      this.progress.failed(error, cause instanceof UnavailableError);
      if (first) logger.warn(`${describeTask(this.#task)}: ${messageOf(error)}; trying again until it works`);
    }
    await pause(backoffMs(failures, this.#parts.pace.backoffMs), held);
  }
}
