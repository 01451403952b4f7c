import { Inject, Injectable } from '@nestjs/common';
import { ProblemError, type EtlScriptRequest, type ProblemField } from '@nestjs-spark/contracts';
import type { ReplicationSettings } from '../../module/options.ts';
import { REPLICATION_OPTIONS } from '../../module/tokens.ts';
import type { DeploymentTarget } from '../plan/deployment-document.ts';
import type { ChosenEngine } from './choose-engine.ts';
import { EngineChooser } from './engine-chooser.ts';
import { unconfinedScripts, unlistedTargets, type InspectedScript } from './native-rules.ts';

/** Finds the engine for one request, or says why the configured one cannot carry it. */
@Injectable()
export class EngineSelection {
  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    private readonly chooser: EngineChooser,
  ) {}

  /** @throws {ProblemError} `scriptRefused` (422) when RavenDB's own ETL is configured and must not carry the request */
  async select(
    request: EtlScriptRequest,
    scripts: readonly InspectedScript[],
  ): Promise<ChosenEngine & { target: DeploymentTarget | null }> {
    const obstacles = this.obstacles(request, scripts);
    const chosen = await this.chooser.chooseFor(obstacles[0]?.detail ?? null);
    if (chosen.engine === 'stream') return { ...chosen, target: null };
    if (obstacles.length > 0) {
      throw new ProblemError('scriptRefused', "RavenDB's own ETL cannot carry this request; see errors.", {
        errors: obstacles,
      });
    }
    return { ...chosen, target: { database: request.targetDatabase, urls: request.targetUrls } };
  }

  private obstacles(request: EtlScriptRequest, scripts: readonly InspectedScript[]): ProblemField[] {
    // An empty set only ends what runs, so there is nothing that could be sent anywhere.
    if (request.scripts.length === 0) return [];
    return [...unlistedTargets(request.targetUrls, this.settings.targetUrls), ...unconfinedScripts(scripts)];
  }
}
