import { ProblemError } from '@nestjs-spark/contracts';
import {
  addEtlTask,
  deleteEtlTask,
  findEtlTask,
  LicenceRefusedError,
  putEtlConnection,
  readEtlProgress,
  readEtlStatistics,
  resetEtl,
  updateEtlTask,
  type RavenConnection,
} from '@nestjs-spark/ravendb/internal';
import type { NativeProgress, NativeTask, NativeTasks, NativeTransformation } from './ports.ts';
import { LICENCE } from '../../problems/problems.ts';

/** RavenDB's own ETL in this module's database. */
export class RavenNativeTasks implements NativeTasks {
  private readonly connection: RavenConnection;

  constructor(connection: RavenConnection) {
    this.connection = connection;
  }

  async putConnectionString(name: string, target: { database: string; urls: string[] }): Promise<void> {
    await putEtlConnection(this.connection, { name, ...target });
  }

  async find(name: string): Promise<NativeTask | null> {
    const found = await findEtlTask(this.connection.http, name);
    return found && { taskId: found.taskId, transformations: found.transformations };
  }

  async add(name: string, connectionName: string, transformations: NativeTransformation[]): Promise<void> {
    await licensed(() => addEtlTask(this.connection, { name, connectionName, transformations }));
  }

  async update(
    taskId: number,
    name: string,
    connectionName: string,
    transformations: NativeTransformation[],
  ): Promise<void> {
    await licensed(() => updateEtlTask(this.connection, taskId, { name, connectionName, transformations }));
  }

  async reset(name: string, transformation: string): Promise<void> {
    await resetEtl(this.connection, name, transformation);
  }

  async remove(taskId: number): Promise<void> {
    await deleteEtlTask(this.connection, taskId);
  }

  async progress(name: string): Promise<NativeProgress[]> {
    const { http } = this.connection;
    const [task, progress, statistics] = await Promise.all([
      findEtlTask(http, name),
      readEtlProgress(http),
      readEtlStatistics(http),
    ]);
    return progress
      .filter((one) => one.task === name)
      .map(({ transformation, completed, documentsLeft }) => {
        const done = statistics.find((one) => one.task === name && one.transformation === transformation);
        return {
          transformation,
          waiting: completed ? 0 : Math.max(1, documentsLeft),
          lastEtag: done?.lastProcessedEtag ?? null,
          error: task?.error ?? null,
          setAside: done?.transformationErrors ?? null,
        };
      });
  }
}

async function licensed(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LicenceRefusedError)) throw error;
    const detail =
      "The licence of this module's RavenDB does not include RavenDB ETL. Set SPARK_REPLICATION_ENGINE to auto or stream there, or license it.";
    throw new ProblemError(LICENCE, detail, { cause: error });
  }
}
