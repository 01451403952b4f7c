import { performance } from 'node:perf_hooks';
import { taskId, type TaskKey } from '@nestjs-spark/contracts';
import {
  appliedSubject,
  capturedSubject,
  readApplyStatus,
  readCaptureStatus,
  readSourceStatus,
  sourceSubject,
  statusToSubjects,
  type ChangeSink,
  type ControlBoard,
} from '@nestjs-spark/contracts/internal';
import { type Logger, ticking, nameKey } from '@nestjs-spark/foundation/internal';
import type { TaskApply } from '../apply/task-apply.ts';
import { OneAtATime } from '@nestjs-spark/foundation/internal';
import { SAY_AGAIN } from '../task/carrier.ts';
import type { RunningTasks } from './running-tasks.ts';
import { watchBoard } from './watch-board.ts';

export interface ApplyWatchParts {
  target: Pick<ChangeSink, 'listCheckpoints'>;
  control: ControlBoard;
  logger: Logger;
  tickMs: number;
  tasks: Pick<RunningTasks<TaskApply>, 'all'>;
}

/**
 * Keeps every instance's picture of its tasks true, beside the work and whoever does it: the checkpoints as they stand in the
 * database, what the owner and the carrier say on the board, and what has to be caught up with.
 */
export class ApplyWatch {
  readonly #parts: ApplyWatchParts;
  readonly #stopped = new AbortController();
  readonly #looking = new OneAtATime();
  readonly #steps = new Map<
    string,
    { catchingUp: OneAtATime; saying: OneAtATime; said: string; ago: number }
  >();
  #stopTicking: (() => void) | null = null;
  #watching: Promise<void> | null = null;

  constructor(parts: ApplyWatchParts) {
    this.#parts = parts;
  }

  /** Begins, unless it has. */
  start(requester: string): void {
    if (this.#stopped.signal.aborted) return;
    const { control, logger } = this.#parts;
    const { signal } = this.#stopped;
    this.#stopTicking ??= ticking(this.#parts.tickMs, () => this.#tick());
    this.#watching ??= watchBoard(
      control,
      statusToSubjects(requester),
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
    for (const { runner, task } of this.#parts.tasks.all()) {
      runner.progress.tick();
      this.#say(runner, task);
    }
    this.#looking.try(() => this.#look());
  }

  /** One query for all tasks. */
  async #look(): Promise<void> {
    const running = this.#parts.tasks
      .all()
      .map(({ runner, task }) => ({ runner, task, since: runner.progress.moves }));
    if (running.length === 0) return;
    const stored = await this.#parts.target.listCheckpoints().catch((error: unknown) => {
      for (const { runner } of running) runner.progress.unseen(error);
      return null;
    });
    if (stored === null || this.#stopped.signal.aborted) return;
    const byTask = new Map(stored.map((one) => [nameKey(one.checkpoint.name), one]));
    for (const { runner, task, since } of running) {
      const found = byTask.get(taskId(task)) ?? null;
      const { catchingUp } = this.#stepsOf(task);
      catchingUp.try(() => runner.standBy(found, since, performance.now()));
    }
  }

  /** The carrier says how it stands when that changes, and every few ticks, so that the others know that it lives. */
  #say(runner: TaskApply, task: TaskKey): void {
    if (!runner.progress.active) return;
    const steps = this.#stepsOf(task);
    const status = runner.progress.status();
    const text = JSON.stringify({ ...status, at: 0 });
    if (++steps.ago < SAY_AGAIN && steps.said === text) return;
    steps.saying.try(async () => {
      await this.#parts.control.publish(appliedSubject(task), status);
      Object.assign(steps, { said: text, ago: 0 });
      runner.progress.carrier.heard();
    });
  }

  #hear(subject: string, value: object): void {
    for (const { runner, task } of this.#parts.tasks.all()) {
      const { progress } = runner;
      if (subject === sourceSubject(task.owner, task.requester)) {
        const status = readSourceStatus(value);
        if (status) progress.sourceSaid(status);
      } else if (subject === capturedSubject(task)) {
        const status = readCaptureStatus(value);
        if (status) progress.captureSaid(status);
      } else if (subject === appliedSubject(task)) {
        const status = readApplyStatus(value);
        if (status) progress.carrierSaid(status);
      }
    }
  }

  #stepsOf(task: TaskKey) {
    const id = taskId(task);
    const steps = this.#steps.get(id) ?? {
      catchingUp: new OneAtATime(),
      saying: new OneAtATime(),
      said: '',
      ago: 0,
    };
    this.#steps.set(id, steps);
    return steps;
  }
}
