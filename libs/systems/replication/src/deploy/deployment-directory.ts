import { Inject, Injectable } from '@nestjs/common';
import type { TaskKey } from '@nestjs-spark/contracts';
import type { CaptureTask, TaskDirectory } from '@nestjs-spark/streaming/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { Shares } from '../declare/shares.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { DeploymentStore } from './deployment-store.ts';
import { captureTasks } from './engines/deployed-tasks.ts';

/** Gives the stream engine a task's current agreement: always from the database, never from memory. */
@Injectable()
export class DeploymentDirectory implements TaskDirectory {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly store: DeploymentStore,
    private readonly shares: Shares,
  ) {}

  async read(task: TaskKey): Promise<CaptureTask | null> {
    const found = await this.store.read(task.requester);
    if (!found) return null;
    const tasks = captureTasks(this.settings.moduleName, found.value, this.shares);
    return tasks.find((one) => sameName(one.key.name, task.name)) ?? null;
  }
}
