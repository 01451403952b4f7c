import { shardOf } from '../shard/shard-of.ts';
import { LeftLetters } from '../store/left-letters.ts';
import { Letters } from '../store/letters.ts';
import type { PipelinesProjection } from '../project/projection.ts';
import { keyText, type PagedState, type PipelineKey } from '../store/ports.ts';

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
  const deleted = here.filter(({ state }) => state.status === 'Deleted').map(({ key }) => key);
  if (deleted.length === 0) return;
  // None if that cannot be read now: the next owner asks again.
  const left = await new LeftLetters(letters, shard)
    .list(deleted, async (key) => (await new Letters(letters, key).count()) > 0)
    .catch(() => []);
  const texts = new Set(left.map(keyText));
  yield* deleted.filter((key) => texts.has(keyText(key)));
}
