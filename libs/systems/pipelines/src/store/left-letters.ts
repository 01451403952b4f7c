import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import type { PipelineKey } from './ports.ts';

const COLLECTION = 'SparkPipelines';
const isKey = isObjectOf({ tenant: isText(256), pipelineId: isText(256) });
const isMark = isObjectOf({ journal: isText(), position: isWhole });

/** A deleted pipeline, with the position of its deletion in the journal. */
export interface DeletedPipeline {
  key: PipelineKey;
  position: number;
}

/**
 * The deleted pipelines of a shard that have letters left. Deleted pipelines are never forgotten, so asking for the letters of each
 * would take every owner of the shard longer than the one before: each is asked for once, by the next process that takes the
 * shard, whichever version deleted it.
 */
export class LeftLetters {
  readonly #state: StateStore;
  readonly #shard: number;

  constructor(state: StateStore, shard: number) {
    this.#state = state;
    this.#shard = shard;
  }

  /** Call it once all letters have been removed. */
  async settle(key: PipelineKey): Promise<void> {
    await this.#state.remove(this.#idOf(key));
  }

  /**
   * @param deleted all deleted pipelines of the shard
   * @param journal the origin of the journal to which their positions belong
   */
  async list(
    deleted: readonly DeletedPipeline[],
    journal: string,
    hasLetters: (key: PipelineKey) => Promise<boolean>,
  ): Promise<PipelineKey[]> {
    await this.#ask(deleted, journal, hasLetters);
    const noted = await this.#state.list<PipelineKey>(`sparkPipelines/letters-left/${this.#shard}/`);
    return noted.flatMap(({ value }) => (isKey(value) ? [value] : []));
  }

  async #ask(
    deleted: readonly DeletedPipeline[],
    journal: string,
    hasLetters: (key: PipelineKey) => Promise<boolean>,
  ): Promise<void> {
    const id = `sparkPipelines/letters-counted/${this.#shard}`;
    const before = await this.#state.read<object>(id);
    const mark = isMark(before?.value) && before.value.journal === journal ? before.value.position : 0;
    const since = deleted.filter(({ position }) => position > mark);
    if (since.length === 0) return;
    for (const { key } of since) if (await hasLetters(key)) await this.#note(key);
    const position = since.reduce((last, one) => Math.max(last, one.position), mark);
    await this.#write(id, { journal, position }, before?.version ?? null);
  }

  async #note({ tenant, pipelineId }: PipelineKey): Promise<void> {
    const id = this.#idOf({ tenant, pipelineId });
    if ((await this.#state.read(id)) === null) await this.#write(id, { tenant, pipelineId }, null);
  }

  #idOf({ tenant, pipelineId }: PipelineKey): string {
    return `sparkPipelines/letters-left/${this.#shard}/${encodeURIComponent(tenant)}/${pipelineId}`;
  }

  async #write(id: string, value: object, expected: string | null): Promise<void> {
    await this.#state.write(id, COLLECTION, value, expected).catch((error: unknown) => {
      // Another process has just written it: a mark that is behind only asks again.
      if (!(error instanceof VersionConflictError)) throw error;
    });
  }
}
