import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { etlTaskName } from '@nestjs-spark/ravendb';
import { sameName } from '@nestjs-spark/foundation/internal';
import { Shares } from '../../declare/shares.ts';
import type { EngineTask } from '../../tasks/task-status.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';
import { notRunning, nativeTasks } from './deployed-tasks.ts';
import { planNative } from './native-plan.ts';
import type { ReplicationEngine } from './replication-engine.ts';
import { NATIVE_TASKS, type NativeProgress, type NativeTasks } from './ports.ts';
import { LICENCE } from '../../problems/problems.ts';

/** RavenDB's own ETL: one task and one connection string per requester, both named `spark-etl-{Requester}`. */
@Injectable()
export class RavenEtlEngine implements ReplicationEngine {
  readonly name = 'etl';

  constructor(
    @Inject(NATIVE_TASKS) private readonly tasks: NativeTasks | null,
    private readonly shares: Shares,
  ) {}

  async carryOut(deployment: DeploymentDocument): Promise<void> {
    if (deployment.tasks.length === 0) return this.end(deployment.requester);
    const tasks = this.requireRavenDb();
    const name = etlTaskName(deployment.requester);
    const existing = await tasks.find(name);
    const permitted = nativeTasks(deployment, this.shares);
    const { action, transformations, resets } = planNative(existing?.transformations ?? null, permitted);
    if (action === 'remove' && existing) return tasks.remove(existing.taskId);
    if (transformations.length === 0) return;
    if (deployment.target) await tasks.putConnectionString(name, deployment.target);
    if (action === 'add') await tasks.add(name, name, transformations);
    if (action === 'update' && existing) await tasks.update(existing.taskId, name, name, transformations);
    for (const transformation of resets) await tasks.reset(name, transformation);
  }

  async report(deployment: DeploymentDocument): Promise<EngineTask[]> {
    if (deployment.tasks.length === 0) return [];
    const progress = await this.requireRavenDb().progress(etlTaskName(deployment.requester));
    return deployment.tasks.map((task) => {
      const permission = this.shares.permission(task.collection, deployment.requester);
      if (permission?.own.fields !== undefined) return unconfined(task);
      const own = progress.find(({ transformation }) => sameName(transformation, task.name));
      return describe(task, own ?? null);
    });
  }

  async end(requester: string): Promise<void> {
    if (!this.tasks) return;
    const existing = await this.tasks.find(etlTaskName(requester));
    if (existing) await this.tasks.remove(existing.taskId);
  }

  private requireRavenDb(): NativeTasks {
    if (this.tasks) return this.tasks;
    throw new ProblemError(
      LICENCE,
      "RavenDB's own ETL is configured, but this module's store is not RavenDB.",
    );
  }
}

function unconfined(task: DeployedTask): EngineTask {
  const lastError = `only some fields of ${task.collection} are shared, which RavenDB's own ETL cannot enforce; the stream engine can`;
  return { ...notRunning(task), state: 'Faulted', errors: 1, lastError };
}

function describe(task: DeployedTask, progress: NativeProgress | null): EngineTask {
  const own = { ...notRunning(task), deletes: 'kept', active: true, carriedBy: 'this-instance' } as const;
  if (progress === null) return own;
  const { waiting, lastEtag, error, setAside } = progress;
  const complete = waiting === 0;
  return {
    ...own,
    state: error ? 'Waiting' : complete ? 'Streaming' : 'Snapshotting',
    position: lastEtag,
    confirmedEtag: lastEtag,
    complete,
    setAside,
    errors: error ? 1 : 0,
    lastError: error,
  };
}
