import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import type { ChangeSink, LeaseKeeper, StateStore } from '@nestjs-spark/contracts/internal';
import { sameName, type Logger } from '@nestjs-spark/foundation/internal';
import { LeasedUnits } from '@nestjs-spark/runtime/internal';
import { leaseName } from '../task/lease-name.ts';
import { PACE, type Pace } from '../task/pace.ts';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import type { OwnDatabase } from '../verify/copies-here.ts';
import type { VerifySource } from '../verify/expected.ts';
import { TaskVerify, type VerifySchedule } from '../verify/task-verify.ts';
import { VerifyRecords, type VerifyRecord, type VerifyWish } from '../verify/verify-record.ts';

export interface VerifySupervisorParts {
  sink: ChangeSink;
  /** This module's own database, which holds the copies. */
  database: OwnDatabase;
  state: StateStore;
  leases: LeaseKeeper;
  source: VerifySource;
  inquiry: Pick<SourceInquiry, 'ask' | 'sendAgain'>;
  logger: Logger;
  /** Default: only on request. */
  schedule?: VerifySchedule | null;
  /** For tests; production uses the defaults. */
  pace?: Pace;
}

/** Runs the comparisons of all tasks of one module, each task's on one instance at a time. */
export class VerifySupervisor {
  readonly #parts: VerifySupervisorParts;
  readonly #records: VerifyRecords;
  readonly #tasks: LeasedUnits<TaskVerify>;
  #stopped = false;

  constructor(parts: VerifySupervisorParts) {
    this.#parts = parts;
    const { state, leases, logger } = parts;
    this.#records = new VerifyRecords(state);
    this.#tasks = new LeasedUnits({ leases, logger, leaseOf: (name) => leaseName('verify', name) });
  }

  /** Takes the full set of tasks at one owner. Returns immediately. */
  assign(owner: string, tasks: readonly ApplyTask[]): void {
    if (this.#stopped) return;
    this.#tasks.assign(tasks, {
      nameOf: ({ key }) => taskName(key),
      isMine: ({ key }) => sameName(key.owner, owner),
      make: (task) => this.#make(task),
      update: (unit, task) => unit.declare(task),
    });
  }

  /** Has a task compared by whichever instance does its work. If a comparison is already running, it continues instead. */
  async begin(task: TaskKey, wish: VerifyWish): Promise<VerifyRecord> {
    const { value } = await this.#records.begin(taskName(task), wish);
    this.#tasks.get(taskName(task))?.asked();
    return value;
  }

  /** The progress of a task's last comparison; null: there was none. */
  async report(task: TaskKey): Promise<VerifyRecord | null> {
    return (await this.#records.read(taskName(task)))?.value ?? null;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tasks.endAll();
  }

  #make(task: ApplyTask): TaskVerify {
    const { schedule = null, pace = PACE } = this.#parts;
    return new TaskVerify(task, { ...this.#parts, records: this.#records, schedule, pace });
  }
}
