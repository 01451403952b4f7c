import { taskId, type TaskKey } from '@nestjs-spark/contracts';
import {
  capturedSubject,
  confirmationSubject,
  readCaptureStatus,
  readSourceStatus,
  sourceSubject,
  statusFromSubjects,
  type ChangeSource,
  type Confirmation,
  type ControlBoard,
  type SourceStatus,
} from '@nestjs-spark/contracts/internal';
import { type Logger, ticking, nameKey } from '@nestjs-spark/foundation/internal';
import type { TaskCapture } from '../capture/task-capture.ts';
import { OneAtATime } from '@nestjs-spark/foundation/internal';
import { SAY_AGAIN } from '../task/carrier.ts';
import type { RunningTasks } from './running-tasks.ts';
import { watchBoard } from './watch-board.ts';

/** How often the source is looked at, and how often every requester hears where it is; in ticks. */
const LOOK_EVERY = 2;
const TELL_EVERY = 5;

export interface CaptureWatchParts {
  owner: string;
  feed: Pick<ChangeSource, 'identify'>;
  control: ControlBoard;
  logger: Logger;
  tickMs: number;
  tasks: Pick<RunningTasks<TaskCapture>, 'all'>;
}

/**
 * Keeps every instance's picture of its tasks true, beside the captures and whoever carries them: where the source is, what
 * the requesters have confirmed, and what the carrier says. It tells the requesters where the source is.
 */
export class CaptureWatch {
  readonly #parts: CaptureWatchParts;
  readonly #stopped = new AbortController();
  readonly #looking = new OneAtATime();
  readonly #saying = new Map<string, { one: OneAtATime; said: string; ago: number }>();
  /** What was told to each requester, by this instance or another, and how many ticks ago. */
  readonly #told = new Map<string, { at: number; ago: number; one: OneAtATime }>();
  #ticks = 0;
  #source: { databaseId: string; lastEtag: number } | null = null;
  #stopTicking: (() => void) | null = null;
  #watching: Promise<void> | null = null;

  constructor(parts: CaptureWatchParts) {
    this.#parts = parts;
  }

  /** Begins, unless it has. */
  start(): void {
    if (this.#stopped.signal.aborted) return;
    const { control, logger, owner } = this.#parts;
    const { signal } = this.#stopped;
    this.#stopTicking ??= ticking(this.#parts.tickMs, () => this.#tick());
    this.#watching ??= watchBoard(
      control,
      statusFromSubjects(owner),
      (subject, value) => this.#hear(subject, value),
      { signal, logger },
    );
  }

  async stop(): Promise<void> {
    this.#stopTicking?.();
    this.#stopped.abort();
    await this.#watching;
  }

  #tick(): void {
    const running = this.#parts.tasks.all();
    for (const { runner, task } of running) {
      runner.progress.tick();
      this.#say(runner, task);
    }
    for (const requester of new Set(running.map(({ task }) => task.requester))) this.#tell(requester);
    if (this.#ticks++ % LOOK_EVERY === 0) this.#looking.try(() => this.#look());
  }

  /** One look at the source for all tasks, and once at what each requester has confirmed: news comes by the board. */
  async #look(): Promise<void> {
    const running = this.#parts.tasks.all();
    const first = running[0];
    if (!first) return;
    try {
      const { databaseId, lastEtag } = await this.#parts.feed.identify(taskId(first.task));
      this.#source = { databaseId, lastEtag };
      for (const { runner } of running) runner.progress.sourceAt({ databaseId, etag: lastEtag });
    } catch (error) {
      this.#source = null;
      for (const { runner } of running) runner.progress.sourceAway(error);
    }
    for (const { runner, task } of running) {
      if (runner.progress.confirmationKnown) continue;
      const last = await this.#parts.control.last<Confirmation>(confirmationSubject(task));
      runner.progress.confirmationHeard(last);
    }
  }

  /** The carrier says how it stands when that changes, and every few ticks, so that the others know that it lives. */
  #say(runner: TaskCapture, task: TaskKey): void {
    const status = runner.progress.active ? runner.progress.status() : null;
    if (status === null) return;
    const before = this.#saying.get(taskId(task)) ?? { one: new OneAtATime(), said: '', ago: 0 };
    this.#saying.set(taskId(task), before);
    const text = JSON.stringify({ ...status, at: 0 });
    if (++before.ago < SAY_AGAIN && before.said === text) return;
    before.one.try(async () => {
      await this.#parts.control.publish(capturedSubject(task), status);
      Object.assign(before, { said: text, ago: 0 });
      runner.progress.carrier.heard();
    });
  }

  /** Any instance tells where the source is; where one just did, the others need not. */
  #tell(requester: string): void {
    const key = nameKey(requester);
    const told = this.#told.get(key) ?? { at: 0, ago: TELL_EVERY, one: new OneAtATime() };
    this.#told.set(key, told);
    if (++told.ago < TELL_EVERY || this.#source === null) return;
    const status: SourceStatus = { ...this.#source, at: Date.now() };
    told.one.try(async () => {
      await this.#parts.control.publish(sourceSubject(this.#parts.owner, requester), status);
      Object.assign(told, { at: status.at, ago: 0 });
    });
  }

  #hear(subject: string, value: object): void {
    for (const { runner, task } of this.#parts.tasks.all()) {
      if (subject !== capturedSubject(task)) continue;
      const status = readCaptureStatus(value);
      if (status) runner.progress.carrierSaid(status);
    }
    for (const [requester, told] of this.#told) {
      if (subject !== sourceSubject(this.#parts.owner, requester)) continue;
      const status = readSourceStatus(value);
      if (status && told.at !== status.at) Object.assign(told, { at: status.at, ago: 0 });
    }
  }
}
