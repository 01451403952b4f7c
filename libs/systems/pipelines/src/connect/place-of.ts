import type { SourceRecord } from './ports.ts';

/** Describes where a record is in its source. The offset in a file is given as a byte, since it would be mistaken for a line. */
export function placeOf({
  partition,
  offset,
  meta,
}: Pick<SourceRecord, 'partition' | 'offset'> & { meta?: SourceRecord['meta'] | undefined }): string {
  const topic = meta?.['topic'];
  if (typeof topic === 'string') return `at offset ${offset} of partition ${partition} of ${topic}`;
  return partition === GENERATED
    ? `${offset + 1} of those that are generated`
    : `at byte ${offset} of ${partition}`;
}

/** The only partition of generated records. */
export const GENERATED = 'generate';
