import { Inject, Injectable } from '@nestjs/common';
import {
  deployedSubject,
  routeLogs,
  type ChangeLog,
  type ControlBoard,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { CaptureSupervisor, type CaptureReport } from '@nestjs-spark/streaming/internal';
import { Shares } from '../../declare/shares.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { CHANGE_LOG, CONTROL_BOARD, REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import type { EngineTask } from '../../tasks/task-status.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';
import { captureTasks, notRunning } from './deployed-tasks.ts';
import type { ReplicationEngine } from './replication-engine.ts';

/** Spark's own engine. It reads the deployment document itself, so what remains here is to provision the route and to announce the change. */
@Injectable()
export class StreamEngine implements ReplicationEngine {
  readonly name = 'stream';

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(CHANGE_LOG) private readonly log: ChangeLog,
    @Inject(CONTROL_BOARD) private readonly board: ControlBoard,
    private readonly supervisor: CaptureSupervisor,
    private readonly shares: Shares,
  ) {}

  async carryOut(deployment: DeploymentDocument): Promise<void> {
    for (const { name } of deployment.ended) {
      const { requester } = deployment;
      await this.supervisor.forget({ owner: this.settings.moduleName, requester, name });
    }
    const tasks = this.follow(deployment);
    if (tasks > 0) await this.log.provision(routeLogs(this.settings.moduleName, deployment.requester));
    await this.announce(deployment.requester, deployment.revision);
  }

  /** Assigns the tasks of a deployment to this instance's supervisor. @returns how many there are */
  follow(deployment: DeploymentDocument): number {
    const tasks = captureTasks(this.settings.moduleName, deployment, this.shares);
    this.supervisor.assign(deployment.requester, tasks);
    return tasks.length;
  }

  async report(deployment: DeploymentDocument): Promise<EngineTask[]> {
    const reports = this.supervisor
      .reports()
      .filter(({ task }) => sameName(task.requester, deployment.requester));
    return deployment.tasks.map((task) => {
      if (!this.shares.isShared(task.collection, deployment.requester)) return noLongerShared(task);
      const report = reports.find((one) => sameName(one.task.name, task.name));
      return report ? fromCapture(task, report) : notRunning(task);
    });
  }

  async end(requester: string): Promise<void> {
    this.supervisor.assign(requester, []);
  }

  // Notifies the module's other instances that the document has changed.
  private announce(requester: string, revision: number): Promise<void> {
    return this.board.publish(deployedSubject(this.settings.moduleName, requester), { requester, revision });
  }
}

function fromCapture(task: DeployedTask, report: CaptureReport): EngineTask {
  const { task: _, databaseId: __, publishedEtag: position, live: complete, ...figures } = report;
  return { ...figures, name: task.name, collection: task.collection, position, complete };
}

function noLongerShared(task: DeployedTask): EngineTask {
  const lastError = `${task.collection} is no longer shared with this module`;
  return { ...notRunning(task), state: 'Faulted', errors: 1, lastError };
}
