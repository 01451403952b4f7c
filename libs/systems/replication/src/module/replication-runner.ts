import {
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { endsWithin } from '@nestjs-spark/foundation/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { ApplySupervisor, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { ArrivalHandlers } from '../arrivals/arrival-handlers.ts';
import { BusInUse } from '../connect/bus-in-use.ts';
import { DeploymentReconciler } from '../deploy/deployment-reconciler.ts';
import { DeploymentGate } from '../deploy/receive/deployment-gate.ts';
import { StartReport } from '../report/start/start-report.ts';
import { CentralSettings } from '@nestjs-spark/settings/internal';
import { OwnerReports } from '../report/status/owner-reports.ts';
import { DeployCommands } from '../request/deploy-commands.ts';
import { RequestLoop } from '../request/request-loop.ts';

/** How long the application waits, in milliseconds. */
export class RunnerTimes {
  /** The limit for work in progress at shutdown. Work that waits for a server that never answers ends when its connection is closed. */
  endMs = 4_000;
}

/**
 * Starts and stops all of replication's work, and is the only place that determines the order. Startup: first the bus, then the commands waiting on
 * it; after that, in the background, the last used settings, what others copy from this module, what this module copies, the owners' reports on
 * that, and the start report. The application listens no matter which server is unavailable. Shutdown: all of that at once, then the bus.
 */
@Injectable()
export class ReplicationRunner
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly log = logFor('Replication');
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly bus: BusInUse,
    private readonly commands: DeployCommands,
    private readonly gate: DeploymentGate,
    private readonly deployments: DeploymentReconciler,
    private readonly requests: RequestLoop,
    private readonly owners: OwnerReports,
    private readonly start: StartReport,
    private readonly settings: CentralSettings,
    private readonly apply: ApplySupervisor,
    private readonly capture: CaptureSupervisor,
    private readonly handlers: ArrivalHandlers,
    private readonly scripts: ScriptPool,
    @Optional() private readonly times: RunnerTimes = new RunnerTimes(),
  ) {}

  onApplicationBootstrap(): void {
    const { signal } = this.stopping;
    this.bus.start();
    this.commands.start();
    this.handlers.start();
    this.running = Promise.all([
      this.settings.run(signal),
      this.agree(signal),
      this.owners.run(signal),
      this.start.run(signal),
    ]);
  }

  /** Agreements between modules depend on the engine, which operators may have chosen before this start. */
  private async agree(signal: AbortSignal): Promise<void> {
    await this.settings.whenKnown();
    if (signal.aborted) return;
    this.gate.open();
    await Promise.all([this.deployments.run(signal), this.requests.run(signal)]);
  }

  /** Ends the work while the store and the bus are still available for it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    const ended = Promise.all([
      this.running,
      this.commands.stop(),
      this.apply.stop(),
      this.handlers.stop(),
      this.capture.stop().finally(() => this.scripts.close()),
    ]);
    if (!(await endsWithin(ended, this.times.endMs)))
      this.log.warn(
        'Something does not answer: work that waits for it is abandoned, and repeated at the next start',
      );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
  }
}
