import type { SourceChange } from '@nestjs-spark/contracts/internal';
import type { SendableOutput } from '@nestjs-spark/etl-script/internal';
import { inGroups } from '@nestjs-spark/foundation/internal';
import type { SetAsideInUse } from './set-aside-in-use.ts';

const WRITES_AT_ONCE = 16;

/** One for each change; none where the script did not run. */
type Outputs = readonly (SendableOutput | undefined)[];

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
  const takeOne = async ({ kind, id, etag }: SourceChange, output: Outputs[number]): Promise<void> => {
    const isUnchanged = kind === 'touch' || etag === setAside.etagOf(id);
    if (!output || kind === 'delete' || !isUnchanged) return setAside.clear(id, etag);
    if (setAside.isOpen(id)) recovered.push(id);
  };
  const ran = changes.map((change, at) => ({ change, output: outputs[at] }));
  const passed = ran.filter(({ output }) => output?.status !== 'failed');
  const byDocument = Map.groupBy(passed, ({ change }) => setAside.keyOf(change.id));
  await inGroups([...byDocument.values()], WRITES_AT_ONCE, async (ones) => {
    for (const { change, output } of ones) await takeOne(change, output);
  });
  return recovered;
}
