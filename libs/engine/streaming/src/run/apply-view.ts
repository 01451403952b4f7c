import { performance } from 'node:perf_hooks';
import { taskId } from '@nestjs-spark/contracts';
import {
  appliedSubject,
  capturedSubject,
  readApplyStatus,
  readCaptureStatus,
  readSourceStatus,
  sourceSubject,
  type ChangeSink,
} from '@nestjs-spark/contracts/internal';
import { nameKey, OneAtATime } from '@nestjs-spark/foundation/internal';
import type { TaskApply } from '../apply/task-apply.ts';
import type { LeasedUnits, Said, WatchedSide } from '@nestjs-spark/runtime/internal';

export interface ApplyViewParts {
  sink: Pick<ChangeSink, 'listCheckpoints'>;
  tasks: Pick<LeasedUnits<TaskApply>, 'all'>;
}

/**
 * What an instance of the requester reads and receives: the checkpoints in the database, the reports of the owner and the
 * carrier, and what to catch up with.
 */
export class ApplyView implements WatchedSide<TaskApply> {
  readonly lookEvery = 1;
  readonly #parts: ApplyViewParts;
  readonly #catchingUp = new Map<string, OneAtATime>();

  constructor(parts: ApplyViewParts) {
    this.#parts = parts;
  }

  say({ key, progress }: TaskApply): Said | null {
    return progress.active ? { subject: appliedSubject(key), status: progress.status() } : null;
  }

  /** One query for all tasks. */
  async look(stopped: AbortSignal): Promise<void> {
    const running = this.#parts.tasks.all().map((task) => ({ task, since: task.progress.moves }));
    if (running.length === 0) return;
    const stored = await this.#parts.sink.listCheckpoints().catch((error: unknown) => {
      for (const { task } of running) task.progress.unseen(error);
      return null;
    });
    if (stored === null || stopped.aborted) return;
    const byTask = new Map(stored.map((one) => [nameKey(one.checkpoint.name), one]));
    for (const { task, since } of running) {
      const id = taskId(task.key);
      const one = this.#catchingUp.get(id) ?? new OneAtATime();
      this.#catchingUp.set(id, one);
      one.try(() => task.standBy(byTask.get(id) ?? null, since, performance.now()));
    }
  }

  hear(subject: string, value: object): void {
    for (const { key, progress } of this.#parts.tasks.all()) {
      if (subject === sourceSubject(key.owner, key.requester)) {
        const status = readSourceStatus(value);
        if (status) progress.sourceSaid(status);
      } else if (subject === capturedSubject(key)) {
        const status = readCaptureStatus(value);
        if (status) progress.captureSaid(status);
      } else if (subject === appliedSubject(key)) {
        const status = readApplyStatus(value);
        if (status) progress.carrierSaid(status);
      }
    }
  }
}
