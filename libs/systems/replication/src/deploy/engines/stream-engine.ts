import { Inject, Injectable } from '@nestjs/common';
import type { ChangeLog, ControlBoard } from '@nestjs-spark/contracts/internal';
import { deployedSubject, routeLogs } from '@nestjs-spark/contracts/internal';
import type { CaptureReport, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { Shares } from '../../declare/shares.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { CAPTURE_SUPERVISOR, CHANGE_LOG, CONTROL_BOARD, REPLICATION_OPTIONS } from '../../settings/tokens.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';
import { captureTasks } from './capture-tasks.ts';
import type { EngineTaskReport, ReplicationEngine } from './replication-engine.ts';
import { notRunning } from './not-running.ts';
import { mayTake } from './permitted-tasks.ts';

/** Our own engine: the deployment document is what it follows, so all that is left to do is to make the route and say so. */
@Injectable()
export class StreamEngine implements ReplicationEngine {
  readonly name = 'stream';

  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    @Inject(CHANGE_LOG) private readonly log: ChangeLog,
    @Inject(CAPTURE_SUPERVISOR) private readonly supervisor: CaptureSupervisor,
    @Inject(CONTROL_BOARD) private readonly board: ControlBoard,
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

  /** Gives this instance's supervisor the tasks of a deployment. Returns how many there are. */
  follow(deployment: DeploymentDocument): number {
    const tasks = captureTasks(this.settings.moduleName, deployment, this.shares);
    this.supervisor.assign(deployment.requester, tasks);
    return tasks.length;
  }

  async report(deployment: DeploymentDocument): Promise<EngineTaskReport[]> {
    const reports = this.supervisor
      .reports()
      .filter(({ task }) => sameName(task.requester, deployment.requester));
    return deployment.tasks.map((task) => {
      if (!mayTake(this.shares, task.collection, deployment.requester)) return noLongerShared(task);
      const report = reports.find((one) => sameName(one.task.name, task.name));
      return report ? fromCapture(task, report) : notRunning(task);
    });
  }

  async end(requester: string): Promise<void> {
    this.supervisor.assign(requester, []);
  }

  // The other instances of this module learn from it that the document has changed.
  private announce(requester: string, revision: number): Promise<void> {
    return this.board.publish(deployedSubject(this.settings.moduleName, requester), { requester, revision });
  }
}

function fromCapture(task: DeployedTask, report: CaptureReport): EngineTaskReport {
  return {
    name: task.name,
    collection: task.collection,
    state: report.state,
    generation: report.generation,
    position: report.publishedEtag,
    confirmedEtag: report.confirmedEtag,
    sourceEtag: report.sourceEtag,
    lag: report.lag,
    behindMs: report.behindMs,
    complete: report.live,
    documentsRead: report.documentsRead,
    documentsTotal: report.documentsTotal,
    setAside: report.setAside,
    errors: report.errors,
    lastError: report.lastError,
    deletes: report.deletes,
    active: report.active,
    carriedBy: report.carriedBy,
  };
}

function noLongerShared(task: DeployedTask): EngineTaskReport {
  const lastError = `${task.collection} is no longer shared with this module`;
  return { ...notRunning(task), state: 'Faulted', errors: 1, lastError };
}
