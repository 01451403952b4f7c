import { shardOf } from '../shard/shard-of.ts';
import { LeftLetters, type DeletedPipeline } from '../store/left-letters.ts';
import { Letters } from '../store/letters.ts';
import type { PipelinesProjection } from '../project/projection.ts';
import { keyText, type EventJournal, type PagedState, type PipelineKey } from '../store/ports.ts';

/** The part of the store that is used here. */
interface AskedStore {
  journal: Pick<EventJournal, 'origin'>;
  letters: PagedState;
}

/** The pipelines of a shard that its new owner has to open. Last, since nobody waits for them: deleted ones that have left letters. */
export async function* toOpen(
  shard: number,
  listed: ReturnType<PipelinesProjection['list']>,
  store: AskedStore,
): AsyncGenerator<PipelineKey> {
  const here = listed.filter(({ key }) => shardOf(key.tenant, key.pipelineId) === shard);
  for (const { key, state } of here) if (state.status !== 'Deleted') yield key;
  const deleted = here.filter(({ state }) => state.status === 'Deleted');
  if (deleted.length === 0) return;
  // None if that cannot be read now: the next owner asks again.
  const left = await leftIn(shard, deleted, store).catch(() => []);
  const texts = new Set(left.map(keyText));
  for (const { key } of deleted) if (texts.has(keyText(key))) yield key;
}

async function leftIn(
  shard: number,
  deleted: readonly DeletedPipeline[],
  { journal, letters }: AskedStore,
): Promise<PipelineKey[]> {
  const hasLetters = async (key: PipelineKey) => (await new Letters(letters, key).count()) > 0;
  return new LeftLetters(letters, shard).list(deleted, await journal.origin(), hasLetters);
}
