import type { SourceRecord } from './ports.ts';

/** Where a record is in its source, in words. A file's offset is a byte, and would be taken for a line. */
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

/** The one partition of generated records. */
export const GENERATED = 'generate';
