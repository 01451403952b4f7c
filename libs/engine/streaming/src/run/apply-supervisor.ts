import { performance } from 'node:perf_hooks';
import { type TaskKey, taskName } from '@nestjs-spark/contracts';
import {
  resyncSubject,
  statusToSubjects,
  type ChangeLog,
  type ChangeSink,
  type ControlBoard,
  type LeaseKeeper,
  type MessageVerifier,
  type StateStore,
  taskPlace,
} from '@nestjs-spark/contracts/internal';
import { type Logger, sameName } from '@nestjs-spark/foundation/internal';
import { forgetCopies, type Forgotten } from '../apply/forget-copies.ts';
import { TaskApply } from '../apply/task-apply.ts';
import { PACE, type Pace } from '../task/pace.ts';
import { resyncRequest } from '../task/resync.ts';
import { forgetSetAside } from '@nestjs-spark/set-aside/internal';
import type { ApplyReport } from '../task/reports.ts';
import { ApplyView } from './apply-view.ts';
import { LeasedUnits, StatusWatch } from '@nestjs-spark/runtime/internal';
import { leaseName } from '../task/lease-name.ts';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import { VerifyRecords } from '../verify/verify-record.ts';

export interface ApplySupervisorParts {
  sink: ChangeSink;
  state: StateStore;
  log: ChangeLog;
  control: ControlBoard;
  leases: LeaseKeeper;
  source: SourceInquiry;
  /** Distinguishes the owners' sets from what others have written into their logs. */
  verifier: MessageVerifier;
  logger: Logger;
  /** For tests; production uses the defaults. */
  pace?: Pace;
}

/** Runs the requester's side of all tasks of one module. */
export class ApplySupervisor {
  readonly #parts: ApplySupervisorParts;
  readonly #tasks: LeasedUnits<TaskApply>;
  readonly #watch: StatusWatch<TaskApply>;
  readonly #moved = new Set<() => void>();
  readonly #looking = new Map<TaskApply, Promise<void>>();
  #stopped = false;

  constructor(parts: ApplySupervisorParts) {
    this.#parts = parts;
    const { sink, control, leases, logger, pace = PACE } = parts;
    this.#tasks = new LeasedUnits({ leases, logger, leaseOf: (name) => leaseName('apply', name) });
    const side = new ApplyView({ sink, tasks: this.#tasks });
    this.#watch = new StatusWatch({ control, logger, tickMs: pace.tickMs, units: this.#tasks, side });
  }

  /**
   * Takes the full set of tasks at one owner: starts new ones, ends the rest (their copies stay until `forget`). Returns
   * immediately.
   */
  assign(owner: string, tasks: ApplyTask[]): void {
    if (this.#stopped) return;
    this.#tasks.assign(tasks, {
      nameOf: ({ key }) => taskName(key),
      isMine: ({ key }) => sameName(key.owner, owner),
      make: (task) => this.#make(task),
      update: (unit, task) => unit.declare(task),
    });
    const requester = tasks[0]?.key.requester;
    if (requester !== undefined) this.#watch.start(statusToSubjects(requester));
  }

  /** Ends a task and removes its copies and its checkpoint. */
  async forget(task: TaskKey): Promise<Forgotten> {
    const { sink, state, pace = PACE } = this.#parts;
    const name = taskName(task);
    await this.#tasks.end(name);
    await forgetSetAside(state, name);
    await new VerifyRecords(state).forget(name);
    return forgetCopies(sink, name, pace.refusedAfterMs);
  }

  /** Asks the owner to read a task again from its first document. */
  async resync(task: TaskKey): Promise<void> {
    const stored = await this.#parts.sink.readCheckpoint(taskName(task));
    const request = resyncRequest('an operator asked for it', stored?.checkpoint ?? null, null, true);
    await this.#parts.control.publish(resyncSubject(task), request);
  }

  /** The status of all tasks, identical on every instance except for `active`. */
  reports(): ApplyReport[] {
    return this.#tasks.all().map(({ progress }) => progress.report());
  }

  /** Calls back whenever a copy may have progressed. @returns a function that unsubscribes */
  onMoved(listener: () => void): () => void {
    this.#moved.add(listener);
    return () => void this.#moved.delete(listener);
  }

  /** Reads a task's checkpoint, in case another instance moves it, without waiting for the next tick. */
  async look(task: TaskKey): Promise<void> {
    const unit = this.#tasks.get(taskName(task));
    if (!unit || unit.progress.active) return;
    const looking = this.#looking.get(unit) ?? this.#look(unit);
    this.#looking.set(unit, looking);
    await looking.finally(() => this.#looking.delete(unit));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#tasks.endAll(), this.#watch.stop()]);
  }

  async #look(unit: TaskApply): Promise<void> {
    const since = unit.progress.moves;
    await unit.standBy(await this.#parts.sink.readCheckpoint(unit.name), since, performance.now());
  }

  #make(task: ApplyTask): TaskApply {
    const { log, leases: _, ...rest } = this.#parts;
    return new TaskApply(task, {
      ...rest,
      pace: this.#parts.pace ?? PACE,
      log: log.open(taskPlace(task.key)),
      moved: () => {
        for (const listener of this.#moved) listener();
      },
    });
  }
}
