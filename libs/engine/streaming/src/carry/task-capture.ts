import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { UnavailableError, describeTask, taskId, taskName, type TaskKey } from '@nestjs-spark/contracts';
import {
  LogConflictError,
  LogFullError,
  confirmationSubject,
  resyncSubject,
  type Confirmation,
  isConfirmation,
  isResyncRequest,
  type MessageVerifier,
} from '@nestjs-spark/contracts/internal';
import { messageOf, delayMs, doubling, pause, Latest, Nudge } from '@nestjs-spark/foundation/internal';
import type { Unit } from '@nestjs-spark/runtime/internal';
import { Caution } from '../publish/caution.ts';
import { PublishFailedError } from '../publish/publisher.ts';
import type { AskedFor } from '../read/page-due.ts';
import { DeletesLostError, SourceReplacedError } from '../read/source-errors.ts';
import { SetAside } from '@nestjs-spark/set-aside/internal';
import type { CaptureTask, TaskDirectory } from '../task/tasks.ts';
import type { SharedScripts } from '../transform/shared-scripts.ts';
import {
  CaptureSession,
  type CaptureMemory,
  type SessionParts,
  type SessionStart,
} from './capture-session.ts';
import { CaptureProgress } from './progress.ts';
import { findOwnEnd, type OwnEnd } from './own-end.ts';
import { Answers } from './answers.ts';
import type { Resumption } from './resume.ts';

export interface CaptureParts extends SessionParts {
  scripts: SharedScripts;
  /** Resolves once deletes are kept from the cleaner. */
  ready: () => Promise<void>;
  /** Makes the route's stream where it is missing. */
  provision: () => Promise<void>;
  directory: TaskDirectory;
  /** Tells this module's own sets in the log from what others have written there. */
  verifier: MessageVerifier;
}

/** Carries one task's changes from the source into the log, session after session. */
export class TaskCapture implements Unit {
  readonly key: TaskKey;
  readonly name: string;
  readonly progress: CaptureProgress;
  readonly #parts: CaptureParts;
  readonly #confirmedNudge = new Nudge();
  readonly #trim: Latest<Confirmation>;
  readonly #memory: CaptureMemory = {
    caution: new Caution(),
    nudge: new Nudge(),
    asked: null,
    heard: null,
    deletesLostFrom: null,
    raised: null,
  };
  readonly #answers: Answers;
  /** Asked for, and answered as soon as an answer is due. */
  #isLater = false;
  #held = AbortSignal.abort();
  #assigned: CaptureTask;
  /** Whether the agreement has changed since the last session began. */
  #isChanged = false;
  /** When a session last began for a changed agreement, by `performance.now()`. */
  #changedAt = -Infinity;
  /** Ends what runs now, so that everything is decided again. */
  #disturbed = new AbortController();
  /** Where the last session began, in words. */
  #toldFrom = '';
  /** None while it is being decided where to continue. */
  #session: CaptureSession | null = null;

  constructor(task: CaptureTask, parts: CaptureParts) {
    this.key = task.key;
    this.name = taskName(task.key);
    this.#assigned = task;
    this.#parts = parts;
    this.#answers = new Answers(parts.pace.answerMs);
    this.progress = new CaptureProgress(task.key, task.collection);
    this.#trim = new Latest<Confirmation>(parts.pace.trimMs, (confirmation) => this.#trimTo(confirmation));
  }

  prepare(): Promise<void> {
    return this.#parts.ready();
  }

  withoutLease(because: string | null): void {
    this.progress.withoutLease(because);
  }

  /** Runs while the lease is held, whatever breaks in between. */
  async run(held: AbortSignal): Promise<void> {
    let failures = 0;
    this.#held = held;
    this.progress.active = true;
    try {
      while (!held.aborted) {
        await this.#untilDue(held);
        if (held.aborted) return;
        this.#disturbed = new AbortController();
        const signal = AbortSignal.any([held, this.#disturbed.signal]);
        const before = this.progress.published;
        try {
          const found = await this.#carry(signal);
          if (!found) return;
        } catch (error) {
          if (held.aborted) return;
          if (this.#disturbed.signal.aborted) continue;
          failures = this.progress.published > before ? 1 : failures + 1;
          await this.#recover(error, failures, held);
        }
      }
    } finally {
      this.progress.active = false;
      await this.#trim.close();
    }
  }

  /** What was agreed may have changed: if so, what runs now ends at once, and everything is decided again. */
  assign(task: CaptureTask): void {
    if (isDeepStrictEqual(task, this.#assigned)) return;
    this.#assigned = task;
    this.#isChanged = true;
    this.#disturbed.abort();
  }

  /**
   * A generation costs some ten requests to the log and the board, and each deployment can cause one: after the first change, those that
   * follow closely begin together. A session reads the task only when it begins.
   */
  async #untilDue(held: AbortSignal): Promise<void> {
    if (!this.#isChanged) return;
    const waitMs = this.#changedAt + this.#parts.pace.changedMs - performance.now();
    if (waitMs > 0) await pause(waitMs, held);
    this.#isChanged = false;
    this.#changedAt = performance.now();
  }

  /** Reruns what the rerun request names. */
  rerunAsked(): void {
    this.#session?.rerunAsked();
    this.#memory.nudge.nudge();
  }

  resyncAsked(): void {
    if (this.#answers.ask()) this.#disturbed.abort();
    else void this.#askLater();
  }

  async #askLater(): Promise<void> {
    if (this.#isLater) return;
    const held = this.#held;
    this.#isLater = true;
    await pause(this.#answers.waitMs, held);
    this.#isLater = false;
    if (!held.aborted) this.resyncAsked();
  }

  confirmed(confirmation: Confirmation): void {
    this.#memory.heard = confirmation;
    this.progress.confirmationHeard(confirmation);
    if (confirmation.incarnation !== this.progress.incarnation) return;
    this.#session?.confirmed(confirmation);
    this.#trim.offer(confirmation);
    this.#confirmedNudge.nudge();
  }

  /** Has pages published up to there, even if they are empty. */
  flush(source: AskedFor): void {
    this.#memory.asked = source;
    this.#memory.nudge.nudge();
  }

  /** @returns false when the task is not in the directory any more */
  async #carry(signal: AbortSignal): Promise<boolean> {
    const start = await this.#resume(signal);
    if (!start) return false;
    const session = new CaptureSession(this.#parts, start, this.#memory, this.progress);
    this.#session = session;
    try {
      await session.run(signal);
    } finally {
      this.#session = null;
    }
    return true;
  }

  /** Looks at the log first, then at the task, then at the source. Null when the task is not in the directory any more. */
  async #resume(signal: AbortSignal): Promise<SessionStart | null> {
    const { source, log, directory, logger, state, scripts, verifier } = this.#parts;
    await this.#parts.provision();
    const end = await findOwnEnd(log, this.key, verifier);
    const task = await directory.read(this.key);
    if (!task) return null;
    const resumption = await this.#decide(end, task);
    const { position, because } = resumption;
    this.progress.resumed(position);
    const from = `generation ${position.generation} from etag ${position.to + 1}, because ${because}`;
    // While something fails, sessions begin at one place again and again.
    logger[from === this.#toldFrom ? 'debug' : 'log'](`${describeTask(this.key)}: ${from}`);
    this.#toldFrom = from;
    const setAside = await SetAside.open(state, this.name, { ...position, ids: source.ids });
    const script = await scripts.open(task, signal);
    return { task, sequence: end.sequence, resumption, setAside, script };
  }

  async #decide({ header: tail, foreign }: OwnEnd, task: CaptureTask): Promise<Resumption> {
    const { source, control } = this.#parts;
    const [identity, confirmed, resync] = await Promise.all([
      source.identify(taskId(this.key)),
      control.last(confirmationSubject(this.key), isConfirmation),
      control.last(resyncSubject(this.key), isResyncRequest),
    ]);
    const { heard, deletesLostFrom } = this.#memory;
    const { resumption, isPostponed } = this.#answers.decide({
      tail,
      foreign,
      task,
      source: identity,
      confirmed: confirmed ?? heard,
      resync,
      deletesLostFrom,
      incarnation: randomUUID(),
    });
    if (isPostponed) void this.#askLater();
    return resumption;
  }

  /** A sequence is worth nothing in a stream that was made at another time. */
  async #trimTo({ streamCreated, sequence }: Confirmation): Promise<void> {
    const { log } = this.#parts;
    const description = await log.describe();
    if (description?.created === streamCreated) await log.trim(sequence);
  }

  async #recover(error: unknown, failures: number, held: AbortSignal): Promise<void> {
    const { logger } = this.#parts;
    if (error instanceof PublishFailedError) this.#memory.caution.failed(error.failed);
    if (error instanceof LogFullError) {
      this.progress.waiting('the log is full until the requester confirms');
      await this.#confirmedNudge.wait(held, this.#parts.pace.fullLogMs);
      return;
    }
    if (error instanceof LogConflictError) {
      logger.debug(`${describeTask(this.key)}: another instance published; reading its last set`);
    } else if (error instanceof SourceReplacedError) {
      logger.warn(`${describeTask(this.key)}: ${error.message}`);
    } else if (error instanceof DeletesLostError) {
      logger.warn(`${describeTask(this.key)}: ${error.message}`);
      this.#memory.deletesLostFrom = error.from;
    } else {
      const first = failures === 1;
      const cause = error instanceof PublishFailedError ? error.cause : error;
      this.progress.failed(error, cause instanceof UnavailableError);
      if (first) logger.warn(`${describeTask(this.key)}: ${messageOf(error)}; trying again until it works`);
    }
    await pause(delayMs(doubling(this.#parts.pace.backoffMs), failures), held);
  }
}
