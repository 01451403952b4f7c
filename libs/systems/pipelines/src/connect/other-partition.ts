import type { Position } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Surroundings } from './connectors.ts';
import { fileOf, filesOf } from './file/file-mark.ts';
import { findFiles } from './file/find-files.ts';
import { GENERATED } from './place-of.ts';

/** A name in a position that no partition of the source has, and those that it has. */
export interface OtherPartition {
  name: string;
  known: readonly string[];
}

/**
 * What a position names that its source does not have, and would be kept without a word; null: nothing.
 * @param present a position that it is perhaps made of, whose files may be gone by now
 */
export async function otherPartition(
  { source }: PipelineDefinition,
  position: Position,
  present: Position,
  { files }: Pick<Surroundings, 'files'>,
): Promise<OtherPartition | null> {
  if (source.type === 'generate') return firstOther(Object.keys(position), [GENERATED]);
  // Those of a topic are known to its brokers alone, and the run says what is wrong.
  if (source.type !== 'file') return null;
  const known = new Set([...(await findFiles(files, source.path)), ...filesOf(present)]);
  return firstOther(Object.keys(position).map(fileOf), [...known].toSorted());
}

function firstOther(names: readonly string[], known: readonly string[]): OtherPartition | null {
  const name = names.find((one) => !known.includes(one));
  return name === undefined ? null : { name, known };
}
