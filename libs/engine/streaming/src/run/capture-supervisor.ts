import { taskId, type TaskKey, taskName } from '@nestjs-spark/contracts';
import {
  ownerControlSubjects,
  confirmationSubject,
  isConfirmation,
  isResyncRequest,
  resyncSubject,
  rerunSubject,
  statusFromSubjects,
  type ChangeSource,
  type ChangeLog,
  type ControlBoard,
  type LeaseKeeper,
  type MessageSigner,
  type MessageVerifier,
  type StateStore,
  type WitnessRecord,
  taskPlace,
  routeLogs,
} from '@nestjs-spark/contracts/internal';
import { isObject, keepRunning, sameName, type Logger } from '@nestjs-spark/foundation/internal';
import { TaskCapture } from '../carry/task-capture.ts';
import { type BatchSize, SharedPages } from '../read/shared-pages.ts';
import { PACE, type Pace } from '../task/pace.ts';
import { resyncRequest } from '../task/resync.ts';
import { forgetSetAside, listSetAside } from '@nestjs-spark/set-aside/internal';
import { callForRerun } from '../rerun/call-for-rerun.ts';
import { SharedScripts, type Scripts } from '../transform/shared-scripts.ts';
import { CaptureView } from './capture-view.ts';
import { DeleteKeeper } from './delete-keeper.ts';
import type { CaptureReport } from '../task/reports.ts';
import { LeasedUnits, StatusWatch } from '@nestjs-spark/runtime/internal';
import { leaseName } from '../task/lease-name.ts';
import type { CaptureTask, TaskDirectory } from '../task/tasks.ts';

export interface CaptureSupervisorParts {
  /** This module's name. */
  owner: string;
  source: ChangeSource;
  log: ChangeLog;
  control: ControlBoard;
  leases: LeaseKeeper;
  directory: TaskDirectory;
  scripts: Scripts;
  state: StateStore;
  /** Signs each change set with this module's key. */
  signer: MessageSigner;
  /** Distinguishes this module's own sets from what others have written into its logs. */
  verifier: MessageVerifier;
  logger: Logger;
  /** Default: 2,048 documents. */
  batch?: BatchSize;
  /** For tests; production uses the defaults. */
  pace?: Pace;
}

/** Runs the owner's side of all tasks of one module. */
export class CaptureSupervisor {
  readonly #parts: CaptureSupervisorParts;
  readonly #tasks: LeasedUnits<TaskCapture>;
  readonly #pages: SharedPages;
  readonly #scripts: SharedScripts;
  readonly #deletes: DeleteKeeper;
  readonly #watch: StatusWatch<TaskCapture>;
  readonly #stopped = new AbortController();
  #watching: Promise<void> | null = null;

  constructor(parts: CaptureSupervisorParts) {
    this.#parts = parts;
    this.#pages = new SharedPages(parts.source, parts.batch);
    this.#scripts = new SharedScripts(parts.scripts);
    const { owner, source, control, leases, logger, pace = PACE } = parts;
    this.#tasks = new LeasedUnits({ leases, logger, leaseOf: (name) => leaseName('capture', name) });
    const side = new CaptureView({ owner, source, control, tasks: this.#tasks });
    this.#watch = new StatusWatch({ control, logger, tickMs: pace.tickMs, units: this.#tasks, side });
    this.#deletes = new DeleteKeeper(owner, source, leases, logger, pace);
  }

  /**
   * Takes the full set of a requester's stream tasks: starts new ones, re-examines changed ones, ends the rest. Returns
   * immediately.
   */
  assign(requester: string, tasks: CaptureTask[]): void {
    if (this.#stopped.signal.aborted) return;
    this.#tasks.assign(tasks, {
      nameOf: ({ key }) => taskName(key),
      isMine: ({ key }) => sameName(key.requester, requester),
      make: (task) => this.#make(task),
      update: (unit, task) => unit.assign(task),
    });
    this.#watching ??= this.#watchControl();
    if (tasks.length > 0) this.#watch.start(statusFromSubjects(this.#parts.owner));
  }

  /** Publishes the source's current position, even if nothing has changed for this task. Null when it does not run here. */
  async flush(
    task: TaskKey,
  ): Promise<{ sourceEtag: number; databaseId: string; witness: WitnessRecord } | null> {
    const unit = this.#tasks.get(taskName(task));
    if (!unit) return null;
    const source = await this.#parts.source.identify(taskId(task));
    const { databaseId, lastEtag, witness } = source;
    unit.progress.sourceAt({ databaseId, etag: lastEtag });
    unit.flush(source);
    return { sourceEtag: lastEtag, databaseId, witness };
  }

  /**
   * Has documents of a task rerun by whichever instance carries it: the named ones, or all that are set aside. If there are more
   * than are kept individually, everything is read again.
   */
  async retry(task: TaskKey, documents: string[] | null): Promise<void> {
    const { state, control } = this.#parts;
    const beyond = documents === null ? (await listSetAside(state, taskName(task))).beyond : 0;
    if (beyond > 0) {
      const reason = `${beyond} more documents are set aside than are kept individually`;
      await control.publish(resyncSubject(task), resyncRequest(reason, null, null, true));
      return;
    }
    await callForRerun(this.#parts, task, documents);
  }

  /** Ends a task permanently, and removes everything that it set aside. */
  async forget(task: TaskKey): Promise<void> {
    await this.#tasks.end(taskName(task));
    await forgetSetAside(this.#parts.state, taskName(task));
  }

  /** The status of all tasks, identical on every instance except for `active` and `errors`. */
  reports(): CaptureReport[] {
    return this.#tasks.all().map(({ progress }) => progress.report());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([this.#tasks.endAll(), this.#deletes.stop(), this.#watch.stop(), this.#watching]);
  }

  #make(task: CaptureTask): TaskCapture {
    const { log, leases: _, owner, ...rest } = this.#parts;
    return new TaskCapture(task, {
      ...rest,
      pace: this.#parts.pace ?? PACE,
      pages: this.#pages,
      scripts: this.#scripts,
      log: log.open(taskPlace(task.key)),
      ready: () => this.#deletes.ready(),
      provision: () => log.provision(routeLogs(owner, task.key.requester)),
    });
  }

  async #watchControl(): Promise<void> {
    const { control, owner, logger } = this.#parts;
    const { signal } = this.#stopped;
    const hear = async (): Promise<void> => {
      for await (const { subject, value } of control.watch(ownerControlSubjects(owner), isObject, signal))
        await this.#heard(subject, value);
    };
    await keepRunning(hear, {
      signal,
      onFailure: (error) =>
        logger.error(`Confirmations of the requesters of ${owner} are not received; trying again`, error),
    });
  }

  async #heard(subject: string, value: object): Promise<void> {
    for (const unit of this.#tasks.all()) {
      if (subject === resyncSubject(unit.key) && isResyncRequest(value)) unit.resyncAsked();
      if (subject === rerunSubject(unit.key)) unit.rerunAsked();
      if (subject === confirmationSubject(unit.key) && isConfirmation(value)) unit.confirmed(value);
    }
    this.#deletes.confirmed(this.#tasks.all().map(({ progress }) => progress.settledTo));
  }
}
