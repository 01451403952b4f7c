import { Inject, Injectable } from '@nestjs/common';
import {
  ProblemError,
  UnavailableError,
  VersionConflictError,
  type EtlDeploymentResult,
  type EtlScriptRequest,
} from '@nestjs-spark/contracts';
import type { Versioned } from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { InTurn, nameKey } from '@nestjs-spark/foundation/internal';
import { Shares } from '../declare/shares.ts';
import { DeploymentStore } from './deployment-store.ts';
import type { ReplicationEngine } from './engines/replication-engine.ts';
import { ENGINES, engineNamed } from './engines/ports.ts';
import { EngineSelection } from './engines/engine-selection.ts';
import { inspectScripts } from './inspect/inspect-scripts.ts';
import { requireShared } from './inspect/require-shared.ts';
import { ScriptWarnings } from './inspect/script-warnings.ts';
import { isUnsettled, settled, underShares, type DeploymentDocument } from './plan/deployment-document.ts';
import { nameScripts } from './plan/name-scripts.ts';
import {
  countSteps,
  planDeployment,
  tooOld,
  type DeploymentPlan,
  type WantedDeployment,
} from './plan/plan-deployment.ts';
import { readingOf, type Reading } from './plan/reading.ts';
import { OLDER_REVISION } from '../problems/problems.ts';

const TRIES = 8;
const RETRY_AFTER_SECONDS = 5;

/** Turns a request for copies into running tasks: checks it, plans, records the agreement, and has it carried out. */
@Injectable()
export class EtlTaskManager {
  private readonly log = logFor('EtlTaskManager');
  private readonly turns = new InTurn();

  constructor(
    private readonly shares: Shares,
    private readonly store: DeploymentStore,
    private readonly selection: EngineSelection,
    @Inject(ENGINES) private readonly engines: readonly ReplicationEngine[],
    private readonly warnings: ScriptWarnings,
    private readonly scripts: ScriptPool,
  ) {}

  /**
   * Deploys the complete set of one requester's scripts; the same set again changes nothing.
   * @throws {ProblemError} `notShared`, `scriptRefused`, `licence`, `olderRevision`, `storeFailed` or `unavailable`
   */
  async deploy(request: EtlScriptRequest): Promise<EtlDeploymentResult> {
    requireShared(this.shares, request.requestingModule, request.scripts);
    const inspected = await inspectScripts(this.scripts, request.requestingModule, request.scripts);
    const { engine, reason, target } = await this.selection.select(request, inspected);
    const wanted = {
      requester: request.requestingModule,
      revision: request.revision ?? null,
      engine,
      target,
      scripts: nameScripts(request.scripts).map((script) => ({
        ...script,
        ...this.readingOf(request.requestingModule, { collection: script.sourceCollection, ...script }),
      })),
    };
    const warnings = await this.warnings.of(request.requestingModule, request.scripts, inspected);
    const byName = new Map(wanted.scripts.map(({ name }, at) => [nameKey(name), warnings[at] ?? []]));
    return this.inTurn(wanted.requester, () => this.replace(wanted, reason, byName));
  }

  /** Carries out the agreement with a requester again, under the current shares, and records completion if that was missing. */
  async heal(requester: string): Promise<void> {
    await this.inTurn(requester, async () => {
      const current = await this.store.read(requester);
      if (!current) return;
      const { value, version } = current;
      const today = underShares(value, (task) => this.readingOf(requester, task));
      await this.settle(today, today === value ? version : await this.store.write(today, version));
    });
  }

  /** Runs `work` while nothing else in this instance changes the requester's deployment. */
  inTurn<T>(requester: string, work: () => Promise<T>): Promise<T> {
    return this.turns.run(nameKey(requester), work);
  }

  private readingOf(requester: string, task: { collection: string; script: string }): Reading {
    return readingOf(this.shares, requester, task);
  }

  private async replace(
    wanted: WantedDeployment,
    reason: string,
    warnings: WarningsByName,
  ): Promise<EtlDeploymentResult> {
    for (let attempt = 1; ; attempt++) {
      const current = await this.store.read(wanted.requester);
      const plan = planDeployment(current?.value ?? null, wanted, new Date());
      refuseOlder(current?.value ?? null, wanted.revision, plan);
      try {
        const deployment = await this.carryOut(current, plan);
        this.tell(plan, reason, warnings);
        return await this.answer(deployment, plan, warnings);
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
        if (attempt === TRIES) throw busy(error);
      }
    }
  }

  // Written before it is carried out: whatever crashes in between, the document has the intended state, and every start and every further request
  // carries it out again. The previous engine ends first, so that two never run at once.
  private async carryOut(
    current: Versioned<DeploymentDocument> | null,
    plan: DeploymentPlan,
  ): Promise<DeploymentDocument> {
    const { requester } = plan.next;
    if (plan.leaves) await engineNamed(this.engines, plan.leaves).end(requester);
    const unchanged = !plan.changed && current !== null;
    const version = unchanged ? current.version : await this.store.write(plan.next, current?.version ?? null);
    return this.settle(plan.next, version);
  }

  private async settle(deployment: DeploymentDocument, version: string): Promise<DeploymentDocument> {
    await engineNamed(this.engines, deployment.engine).carryOut(deployment);
    if (!isUnsettled(deployment)) return deployment;
    const done = settled(deployment);
    await this.store.writeSoon(done, version);
    return done;
  }

  private async answer(
    deployment: DeploymentDocument,
    plan: DeploymentPlan,
    warnings: WarningsByName,
  ): Promise<EtlDeploymentResult> {
    const reports = await engineNamed(this.engines, deployment.engine).report(deployment);
    const tasks = reports.map(({ name, collection, state }) => {
      const said = warnings.get(nameKey(name)) ?? [];
      const task = { name, collection, engine: deployment.engine, state };
      return said.length === 0 ? task : { ...task, warnings: said };
    });
    return { success: true, ...countSteps(plan.steps), revision: deployment.revision, tasks };
  }

  private tell(plan: DeploymentPlan, reason: string, warnings: WarningsByName): void {
    if (!plan.changed) return;
    const { tasksCreated, tasksUpdated, tasksRemoved } = countSteps(plan.steps);
    const { requester, revision, engine } = plan.next;
    const counts = `${tasksCreated} created, ${tasksUpdated} updated, ${tasksRemoved} removed`;
    this.log.log(
      `${requester} deployed revision ${revision}: ${counts}; engine ${engine}, because ${reason}`,
    );
    for (const [name, said] of warnings)
      if (said.length > 0) this.log.warn(`The script ${name} of ${requester}: ${said.join('; ')}`);
  }
}

/** By task name in lower case. */
type WarningsByName = ReadonlyMap<string, string[]>;

function refuseOlder(
  current: DeploymentDocument | null,
  revision: number | null,
  plan: DeploymentPlan,
): void {
  const late = tooOld(current, revision, plan);
  if (late !== null)
    throw new ProblemError(OLDER_REVISION, late, { members: { revision: current?.revision } });
}

function busy(cause: VersionConflictError): ProblemError {
  return new ProblemError('unavailable', 'Other deployments of this module are in progress; try again.', {
    cause: new UnavailableError(
      `Gave up after ${TRIES} attempts: other deployments keep changing the deployment document`,
      { cause },
    ),
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
