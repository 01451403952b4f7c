import type { SourceChange } from '@nestjs-spark/contracts/internal';
import type { SendableOutput } from '@nestjs-spark/etl-script/internal';
import { inGroups } from '@nestjs-spark/foundation/internal';
import type { SetAsideInUse } from './set-aside-in-use.ts';

const WRITES_AT_ONCE = 16;

type Outputs = ReadonlyMap<SourceChange, SendableOutput>;

/**
 * Clears documents that did not fail: several documents concurrently, and the changes of one document in order.
 * @returns those that succeeded now although they did not change
 */
export async function takeBack(
  setAside: SetAsideInUse,
  changes: readonly SourceChange[],
  outputs: Outputs,
): Promise<string[]> {
  if (setAside.isEmpty) return [];
  const recovered: string[] = [];
  const takeOne = async (change: SourceChange): Promise<void> => {
    const { kind, id, etag } = change;
    const isUnchanged = kind === 'touch' || etag === setAside.etagOf(id);
    if (!outputs.has(change) || kind === 'delete' || !isUnchanged) return setAside.clear(id, etag);
    if (setAside.isOpen(id)) recovered.push(id);
  };
  const passed = changes.filter((change) => outputs.get(change)?.status !== 'failed');
  const byDocument = Map.groupBy(passed, ({ id }) => setAside.keyOf(id));
  await inGroups([...byDocument.values()], WRITES_AT_ONCE, async (ones) => {
    for (const one of ones) await takeOne(one);
  });
  return recovered;
}
