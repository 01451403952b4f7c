import type { Position } from '../../batch/batch.ts';
import { RunFailedError } from '../ports.ts';

/** For each partition of a topic, the offset to read next. */
export type Offsets = ReadonlyMap<number, number>;

/** `{"TOPIC-ID/PARTITION": OFFSET}` */
export function writeTopicPosition(topicId: string, offsets: Offsets): Position {
  const sorted = [...offsets].toSorted(([one], [other]) => one - other);
  return Object.fromEntries(sorted.map(([partition, offset]) => [`${topicId}/${partition}`, offset]));
}

/** @throws {RunFailedError} if the position belongs to another topic */
export function readTopicPosition(topicId: string, position: Position, topic: string): Offsets {
  return new Map(
    Object.entries(position).map(([name, offset]) => {
      const [id, partition] = name.split('/');
      if (id !== topicId || partition === undefined)
        throw new RunFailedError(
          `${topic} is not the topic that was read before: it was removed and created again. Start from the beginning to read the new one`,
        );
      return [Number(partition), offset];
    }),
  );
}
