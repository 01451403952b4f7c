import { shardOf } from '../shard/shard-of.ts';
import { Letters } from '../store/letters.ts';
import type { PipelinesProjection } from '../project/projection.ts';
import type { PagedState, PipelineKey } from '../store/ports.ts';

/**
 * The pipelines of a shard that its new owner has to open, and last, since nobody waits for them, deleted ones whose letters are not removed because
 * their process has ended.
 */
export async function* toOpen(
  shard: number,
  listed: ReturnType<PipelinesProjection['list']>,
  letters: PagedState,
): AsyncGenerator<PipelineKey> {
  const here = listed.filter(({ key }) => shardOf(key.tenant, key.pipelineId) === shard);
  for (const { key, state } of here) if (state.status !== 'Deleted') yield key;
  for (const { key, state } of here)
    if (state.status === 'Deleted' && (await hasLeft(key, letters))) yield key;
}

/** False if that is not known now: the next owner asks again. */
async function hasLeft(key: PipelineKey, letters: PagedState): Promise<boolean> {
  return (await new Letters(letters, key).count().catch(() => 0)) > 0;
}
