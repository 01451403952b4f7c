import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { FencedError } from '../connect/ports.ts';
import type { KeptLane, LaneLog, LaneState, PipelineKey } from './ports.ts';

const COLLECTION = 'SparkPipelines';

/** Lanes in a store for state, a document each. */
export class StateLanes implements LaneLog {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  async read(key: PipelineKey, lane: number): Promise<KeptLane> {
    const kept = await this.#store.read<LaneState>(idOf(key, lane));
    return { state: kept?.value ?? null, version: kept?.version ?? null };
  }

  async write(key: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane> {
    try {
      const version = await this.#store.write(idOf(key, lane), COLLECTION, state, before.version);
      return { state, version };
    } catch (error) {
      if (error instanceof VersionConflictError) throw new FencedError(null);
      throw error;
    }
  }
}

const idOf = ({ tenant, pipelineId }: PipelineKey, lane: number): string =>
  `sparkPipelines/lanes/${encodeURIComponent(tenant)}/${pipelineId}/${lane}`;
