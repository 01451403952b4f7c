import type { ApiCaller } from '@nestjs-spark/auth';
import { noneWithId, ProblemError } from '@nestjs-spark/contracts';
import type { PipelineState } from '../aggregate/state.ts';
import type { PipelinesProjection } from '../project/projection.ts';
import { keyText, type PipelineKey } from '../store/ports.ts';
import { canRead, seesAll, tenantOf } from './access.ts';

interface Found {
  key: PipelineKey;
  state: PipelineState;
}

/** Finds the pipelines that callers name. */
export class KnownPipelines {
  readonly #projection: PipelinesProjection;

  constructor(projection: PipelinesProjection) {
    this.#projection = projection;
  }

  /**
   * @param pipelineId an operator of all tenants may write `tenant/pipelineId`, and has to if several tenants have one of this name
   * @param where `named`: only in the named tenant, or the caller's
   */
  find(pipelineId: string, caller: ApiCaller, where: 'named' | 'anywhere' = 'anywhere'): Found | null {
    const [tenant, id] = pipelineId.includes('/') ? pipelineId.split('/', 2) : [tenantOf(caller), pipelineId];
    const found = this.#projection.get({ tenant: tenant ?? '', pipelineId: id ?? '' });
    if (found && found.state.status !== 'Deleted') return canRead(caller, found.key) ? found : null;
    return seesAll(caller) && where === 'anywhere' && id === pipelineId
      ? this.#findAnywhere(pipelineId)
      : null;
  }

  #findAnywhere(pipelineId: string): Found | null {
    const there = this.#projection
      .list()
      .filter(({ key, state }) => key.pipelineId === pipelineId && state.status !== 'Deleted');
    if (there.length < 2) return there[0] ?? null;
    const names = there.map(({ key }) => encodeURIComponent(keyText(key))).join(', ');
    throw new ProblemError(
      'conflict',
      `Several tenants have a pipeline ${pipelineId}: name one of ${names}.`,
    );
  }

  /** The pipeline that a request with this key has deleted, so that the repeated request gets the same answer. */
  deletedBy(commandId: string | null, pipelineId: string, caller: ApiCaller): Found {
    const found = this.#projection.get({ tenant: tenantOf(caller), pipelineId });
    if (commandId === null || !found?.state.commands.some(({ id }) => id === commandId))
      throw this.unknown(pipelineId);
    return found;
  }

  need(pipelineId: string, caller: ApiCaller): Found {
    const found = this.find(pipelineId, caller);
    if (!found) throw this.unknown(pipelineId);
    return found;
  }

  unknown(pipelineId: string): ProblemError {
    return noneWithId('pipeline', pipelineId);
  }
}
