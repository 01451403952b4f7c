import {
  taskName,
  UnavailableError,
  VersionConflictError,
  describeTask,
  type TaskKey,
} from '@nestjs-spark/contracts';
import type { ChangeSink, Versioned } from '@nestjs-spark/contracts/internal';
import { delayMs, doubling, messageOf, Nudge, pause, type Logger } from '@nestjs-spark/foundation/internal';
import type { Unit } from '@nestjs-spark/runtime/internal';
import type { Pace } from '../task/pace.ts';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import { Comparison } from './comparison.ts';
import type { OwnDatabase } from './copies-here.ts';
import type { VerifySource } from './expected.ts';
import { SeenMemory } from './seen-memory.ts';
import { NotComparableError, Standing } from './standing.ts';
import type { VerifyRecord, VerifyRecords, VerifyWish } from './verify-record.ts';

/** Scheduled comparisons. */
export interface VerifySchedule extends VerifyWish {
  /** From the end of one to the beginning of the next. */
  everyMs: number;
}

export interface VerifyParts {
  sink: ChangeSink;
  /** This module's own database, in which the copies are. */
  database: OwnDatabase;
  source: VerifySource;
  inquiry: Pick<SourceInquiry, 'ask' | 'sendAgain'>;
  records: VerifyRecords;
  logger: Logger;
  schedule: VerifySchedule | null;
  pace: Pick<Pace, 'backoffMs' | 'askedMs'>;
}

/** Compares the copies of one task with their source, whenever that is asked for or due. */
export class TaskVerify implements Unit {
  readonly key: TaskKey;
  readonly name: string;
  readonly #parts: VerifyParts;
  readonly #nudge = new Nudge();
  readonly #memory = new SeenMemory();
  #task: ApplyTask;

  constructor(task: ApplyTask, parts: VerifyParts) {
    this.key = task.key;
    this.name = taskName(task.key);
    this.#task = task;
    this.#parts = parts;
  }

  declare(task: ApplyTask): void {
    this.#task = task;
  }

  /** A comparison was asked for here; one that was asked for at another instance is found `askedMs` later. */
  asked(): void {
    this.#nudge.nudge();
  }

  /** Without a lease another instance works, or nobody can: the record says how far it is. */
  withoutLease(): void {}

  async run(held: AbortSignal): Promise<void> {
    let failures = 0;
    while (!held.aborted) {
      try {
        const { due, inMs } = await this.#look();
        if (due) await this.#compare(due, held);
        else await this.#nudge.wait(held, inMs);
        failures = 0;
      } catch (error) {
        if (held.aborted) return;
        await this.#note(error, failures === 0);
        await pause(delayMs(doubling(this.#parts.pace.backoffMs), ++failures), held);
      }
    }
  }

  /** The comparison that is to be worked on, if any, and otherwise when to look again. */
  async #look(): Promise<{ due: Versioned<VerifyRecord> | null; inMs: number }> {
    const { records, schedule, pace } = this.#parts;
    const stored = await records.read(this.name);
    if (stored && stored.value.state !== 'done') return { due: stored, inMs: 0 };
    if (!schedule) return { due: null, inMs: pace.askedMs };
    const inMs = (stored?.value.endedAt ?? 0) + schedule.everyMs - Date.now();
    if (inMs > 0) return { due: null, inMs: Math.min(inMs, pace.askedMs) };
    return { due: await records.begin(this.name, schedule), inMs: 0 };
  }

  async #compare(record: Versioned<VerifyRecord>, held: AbortSignal): Promise<void> {
    const { sink, inquiry, logger } = this.#parts;
    const standing = new Standing(this.#task, sink, inquiry);
    const parts = { ...this.#parts, task: this.#task, standing, memory: this.#memory };
    const figures = await new Comparison(parts, record).run(held);
    this.#memory.forget();
    logger.log(`${describeTask(this.key)}: compared: ${JSON.stringify(figures)}`);
  }

  async #note(failure: unknown, first: boolean): Promise<void> {
    const { records, logger } = this.#parts;
    if (failure instanceof VersionConflictError) return;
    const isExpected = failure instanceof NotComparableError || failure instanceof UnavailableError;
    if (first && !isExpected)
      logger.warn(`${describeTask(this.key)}: the comparison failed and is retried: ${messageOf(failure)}`);
    const stored = await records.read(this.name).catch(() => null);
    if (!stored || stored.value.state === 'done') return;
    const reason = messageOf(failure).slice(0, 1_000);
    if (stored.value.state === 'waiting' && stored.value.reason === reason) return;
    const waiting = { ...stored.value, state: 'waiting' as const, reason };
    await records.write(this.name, waiting, stored.version).catch(() => undefined);
  }
}
