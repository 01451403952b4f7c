import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';
import { VerifySupervisor, type Depth } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../declare/declarations.ts';
import { ReplicationStatus } from '../report/replication-status.ts';
import type { IncomingTask } from '../tasks/task-status.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { reportOf, type NamedRecord, type VerifyReport } from './verify-report.ts';

const LOOK_EVERY_MS = 200;

/** How copies are compared with their source. */
export interface VerifyOptions {
  /** Whether to repair findings. Default false: they are only reported. */
  repair?: boolean;
  /**
   * `content` (default) runs the script on each document and compares the result with its copy. `ids` compares ids and etags only; it does not
   * detect a copy that was changed while its metadata was not.
   */
  depth?: Depth;
  /** Only the task of this name. */
  task?: string;
}

/** Compares the copies that this module keeps with their source. Inject it to start a comparison or read its report. */
@Injectable()
export class ReplicationVerify implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly ended = new AbortController();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly supervisor: VerifySupervisor,
    private readonly declarations: Declarations,
    private readonly status: ReplicationStatus,
  ) {}

  onApplicationBootstrap(): void {
    for (const { owner, tasks } of this.declarations.all()) this.supervisor.assign(owner, tasks);
  }

  beforeApplicationShutdown(): Promise<void> {
    this.ended.abort();
    return this.supervisor.stop();
  }

  /**
   * Compares the copies of a collection, in the background and by one instance of this module. A comparison that is already
   * running continues with its own options: `repair` of the report says which.
   * @throws {ProblemError} `notFound` when nothing of that collection is declared; `conflict` when RavenDB's own ETL
   * carries it, whose copies do not say where they come from
   */
  async start(owner: string, collection: string, options: VerifyOptions = {}): Promise<VerifyReport> {
    const { repair = false, depth = 'content' } = options;
    const tasks = this.tasksOf(owner, collection, options.task);
    const native = tasks.find(({ engine }) => engine === 'etl');
    if (native)
      throw new ProblemError(
        'conflict',
        `${native.name} is carried by RavenDB's own ETL, whose copies cannot be compared.`,
      );
    for (const task of tasks) await this.supervisor.begin(this.keyOf(task), { repair, depth });
    const report = await this.find(tasks);
    if (report) return report;
    throw new ProblemError('unavailable', 'The comparison was removed right after it began.');
  }

  /**
   * The report of the last comparison, or its progress.
   * @throws {ProblemError} `notFound` if nothing is declared for that collection, or it was never compared
   */
  async report(owner: string, collection: string): Promise<VerifyReport> {
    const report = await this.find(this.tasksOf(owner, collection));
    if (report) return report;
    throw new ProblemError('notFound', `The copies of ${owner}/${collection} were never compared.`);
  }

  /**
   * Compares the copies of a collection, and returns the report when that is done.
   * @param signal ends the waiting, not the comparison; so does the end of the application
   */
  async run(
    owner: string,
    collection: string,
    { signal, ...options }: VerifyOptions & { signal?: AbortSignal } = {},
  ): Promise<VerifyReport> {
    let report = await this.start(owner, collection, options);
    const tasks = this.tasksOf(owner, collection, options.task);
    const ended = AbortSignal.any([this.ended.signal, ...(signal ? [signal] : [])]);
    while (report.state !== 'done') {
      await wait(LOOK_EVERY_MS, undefined, { signal: ended });
      report = (await this.find(tasks)) ?? report;
    }
    return report;
  }

  private async find(tasks: readonly IncomingTask[]): Promise<VerifyReport | null> {
    const records: NamedRecord[] = [];
    for (const task of tasks) {
      const record = await this.supervisor.report(this.keyOf(task));
      if (record) records.push({ task: task.name, record });
    }
    const [first, ...others] = records;
    return first ? reportOf([first, ...others]) : null;
  }

  private tasksOf(owner: string, collection: string, name?: string): IncomingTask[] {
    const kept = this.status.tasksOf(owner, collection);
    if (kept.length === 0) throw this.status.notKept(owner, collection);
    const wanted = kept.filter((task) => name === undefined || sameName(task.name, name));
    if (wanted.length > 0) return wanted;
    const names = kept.map((task) => task.name).join(', ');
    throw new ProblemError('notFound', `There is no task ${name} on ${owner}/${collection}, but ${names}.`);
  }

  private keyOf({ owner, name }: IncomingTask): { owner: string; requester: string; name: string } {
    return { owner, requester: this.settings.moduleName, name };
  }
}
