import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText } from '@nestjs-spark/foundation/internal';
import type { PipelineKey } from './ports.ts';

const COLLECTION = 'SparkPipelines';
const isKey = isObjectOf({ tenant: isText(256), pipelineId: isText(256) });

/**
 * The deleted pipelines of a shard whose letters may not have been removed yet. Deleted pipelines are never forgotten, so asking for the letters of
 * each would take the shard's next owner ever longer.
 */
export class LeftLetters {
  readonly #state: StateStore;
  readonly #shard: number;

  constructor(state: StateStore, shard: number) {
    this.#state = state;
    this.#shard = shard;
  }

  /** Call it before a pipeline is deleted: the process may end at any time afterwards. */
  async note({ tenant, pipelineId }: PipelineKey): Promise<void> {
    await this.#writeOnce(this.#idOf({ tenant, pipelineId }), { tenant, pipelineId });
  }

  /** Call it once all letters have been removed. */
  async settle(key: PipelineKey): Promise<void> {
    await this.#state.remove(this.#idOf(key));
  }

  /** @param deleted all deleted pipelines of the shard: those that an earlier version deleted, which noted nothing, are checked once */
  async list(
    deleted: readonly PipelineKey[],
    hasLetters: (key: PipelineKey) => Promise<boolean>,
  ): Promise<PipelineKey[]> {
    const counted = `sparkPipelines/letters-counted/${this.#shard}`;
    if ((await this.#state.read(counted)) === null) {
      for (const key of deleted) if (await hasLetters(key)) await this.note(key);
      await this.#writeOnce(counted, {});
    }
    const noted = await this.#state.list<PipelineKey>(`sparkPipelines/letters-left/${this.#shard}/`);
    return noted.flatMap(({ value }) => (isKey(value) ? [value] : []));
  }

  #idOf({ tenant, pipelineId }: PipelineKey): string {
    return `sparkPipelines/letters-left/${this.#shard}/${encodeURIComponent(tenant)}/${pipelineId}`;
  }

  async #writeOnce(id: string, value: object): Promise<void> {
    if ((await this.#state.read(id)) !== null) return;
    await this.#state.write(id, COLLECTION, value, null).catch((error: unknown) => {
      // Another process has just written it.
      if (!(error instanceof VersionConflictError)) throw error;
    });
  }
}
