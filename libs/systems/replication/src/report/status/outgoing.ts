import { Inject, Injectable } from '@nestjs/common';
import { describeError, sameName } from '@nestjs-spark/foundation/internal';
import { DeploymentStore } from '../../deploy/deployment-store.ts';
import { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import { notRunning } from '../../deploy/engines/deployed-tasks.ts';
import type { ReplicationEngine } from '../../deploy/engines/replication-engine.ts';
import { ENGINES, engineNamed } from '../../deploy/engines/ports.ts';
import type { DeploymentDocument } from '../../deploy/plan/deployment-document.ts';
import type { EngineTask, OutgoingTask } from '../../tasks/task-status.ts';

/** What this module sends to others, according to the deployments in its database. */
@Injectable()
export class Outgoing {
  constructor(
    private readonly store: DeploymentStore,
    private readonly chooser: EngineChooser,
    @Inject(ENGINES) private readonly engines: readonly ReplicationEngine[],
  ) {}

  /** @param requester restricts it to this module. Default: all */
  async tasks(requester?: string): Promise<OutgoingTask[]> {
    const all = await this.store.list();
    const wanted = all.filter((one) => requester === undefined || sameName(one.requester, requester));
    return (await Promise.all(wanted.map((one) => this.describe(one)))).flat();
  }

  private async describe(deployment: DeploymentDocument): Promise<OutgoingTask[]> {
    const engineReason = await this.reason(deployment);
    const reports = await this.report(deployment);
    const { requester, engine } = deployment;
    return reports.map((report) => ({ ...report, requester, engine, engineReason }));
  }

  // The status matters most when an engine is in trouble, so it must not fail then.
  private async report(deployment: DeploymentDocument): Promise<EngineTask[]> {
    try {
      return await engineNamed(this.engines, deployment.engine).report(deployment);
    } catch (error) {
      const lastError = describeError(error);
      return deployment.tasks.map((task) => ({
        ...notRunning(task),
        state: 'Waiting',
        errors: 1,
        lastError,
      }));
    }
  }

  private async reason(deployment: DeploymentDocument): Promise<string> {
    const chosen = await this.chooser.choose();
    if (chosen.engine === deployment.engine) return chosen.reason;
    const now = chosen.refuses ? 'a new request would be refused' : `${chosen.engine} would be chosen`;
    return `the deployment was made with ${deployment.engine}; now ${now}: ${chosen.reason}`;
  }
}
