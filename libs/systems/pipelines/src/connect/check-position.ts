import type { Position } from '../batch/batch.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Surroundings } from './connectors.ts';
import { fileOf, filesOf } from './file/file-mark.ts';
import { sizesOf } from './file/find-files.ts';
import { extentOfTopic } from './kafka/extent-of-topic.ts';
import { GENERATED } from './place-of.ts';
import type { Extent } from './ports.ts';
import { kafkaAddress } from './read-connection.ts';

/** Every partition of a source; null: it can be anywhere in it. */
export type Extents = ReadonlyMap<string, Extent | null>;

/** A part of a position that its source does not have, and would be kept without a word. */
export type WrongPlace =
  | { kind: 'other'; name: string; known: readonly string[] }
  | { kind: 'outside'; name: string; extent: Extent };

type Around = Pick<Surroundings, 'files' | 'connections'>;

/**
 * What a position says that its source does not have; null: nothing.
 * @param present a position that it is perhaps made of, whose files may be gone by now
 * @throws {RunFailedError} where there is no such source; {UnavailableError} where it cannot be asked now
 */
export async function checkPosition(
  definition: PipelineDefinition,
  position: Position,
  present: Position,
  around: Around,
): Promise<WrongPlace | null> {
  const extents = await extentsOf(definition, present, around);
  // Only files have marks besides what they contain.
  const partOf = definition.source.type === 'file' ? fileOf : (name: string) => name;
  return extents && findWrong(position, extents, partOf);
}

function findWrong(
  position: Position,
  extents: Extents,
  partOf: (name: string) => string,
): WrongPlace | null {
  for (const [name, at] of Object.entries(position)) {
    const part = partOf(name);
    const extent = extents.get(part);
    if (extent === undefined) return { kind: 'other', name: part, known: [...extents.keys()] };
    if (extent && part === name && (at < extent.first || at > extent.end))
      return { kind: 'outside', name, extent };
  }
  return null;
}

async function extentsOf(
  { source, pipelineId }: PipelineDefinition,
  present: Position,
  { files, connections }: Around,
): Promise<Extents | null> {
  switch (source.type) {
    case 'generate':
      return new Map([[GENERATED, { first: 0, end: source.count ?? Infinity }]]);
    case 'file': {
      const sizes = await sizesOf(files, source.path);
      const all = new Set([...sizes.keys(), ...filesOf(present)]);
      return new Map(
        [...all].toSorted().map((file) => {
          const end = sizes.get(file) ?? null;
          return [file, end === null ? null : { first: 0, end }];
        }),
      );
    }
    case 'kafka':
      return extentOfTopic(
        kafkaAddress(connections.find('kafka', source.connection)),
        source.topic,
        `spark.${pipelineId}`,
      );
    default:
      return null;
  }
}
