import { Inject, Injectable } from '@nestjs/common';
import { ProblemError, type EtlScriptRequest, type ProblemField } from '@nestjs-spark/contracts';
import { Shares } from '../../declare/shares.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import type { DeploymentTarget } from '../plan/deployment-document.ts';
import { chooseForRequest, lackOfEtl, type ChosenEngine } from './choose-engine.ts';
import { EngineChooser } from './engine-chooser.ts';
import {
  boundedShares,
  prefixedScripts,
  unconfinedScripts,
  unlistedTargets,
  type InspectedScript,
} from './native-rules.ts';
import { LICENCE, SCRIPT_REFUSED } from '../../problems/problems.ts';

/** Selects the engine for one request, or explains why the configured one cannot carry it. */
@Injectable()
export class EngineSelection {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly chooser: EngineChooser,
    private readonly shares: Shares,
  ) {}

  /**
   * @throws {ProblemError} `licence` (422) if RavenDB's own ETL is configured but not available here, `scriptRefused` (422) if it must not carry
   * the request
   * @throws {UnavailableError} if the licence cannot be read now
   */
  async select(
    request: EtlScriptRequest,
    scripts: readonly InspectedScript[],
  ): Promise<ChosenEngine & { target: DeploymentTarget | null }> {
    const obstacles = this.obstacles(request, scripts);
    const facts = await this.chooser.lookNow();
    const chosen = chooseForRequest(facts, obstacles[0]?.detail ?? null);
    if (chosen.engine === 'stream') return { ...chosen, target: null };
    const lack = lackOfEtl(facts);
    // Ending tasks needs no licence.
    if (lack !== null && request.scripts.length > 0) throw this.withoutEtl(lack);
    if (obstacles.length > 0) {
      throw new ProblemError(SCRIPT_REFUSED, "RavenDB's own ETL cannot carry this request; see errors.", {
        errors: obstacles,
      });
    }
    return { ...chosen, target: { database: request.targetDatabase, urls: request.targetUrls } };
  }

  private withoutEtl(lack: string): ProblemError {
    const { moduleName } = this.settings;
    return new ProblemError(
      LICENCE,
      `${moduleName} is configured to use RavenDB's own ETL, but ${lack}. ` +
        `Set SPARK_REPLICATION_ENGINE of ${moduleName} to auto or stream, or give it a RavenDB whose licence includes ETL.`,
    );
  }

  private isBounded(collection: string, requester: string): boolean {
    return this.shares.permission(collection, requester)?.own.fields !== undefined;
  }

  private obstacles(request: EtlScriptRequest, scripts: readonly InspectedScript[]): ProblemField[] {
    // An empty set only ends tasks, so nothing would be sent anywhere.
    if (request.scripts.length === 0) return [];
    return [
      ...unlistedTargets(request.targetUrls, this.settings.targetUrls),
      ...unconfinedScripts(scripts),
      ...boundedShares(request.scripts, (collection) => this.isBounded(collection, request.requestingModule)),
      ...prefixedScripts(request.scripts),
    ];
  }
}
