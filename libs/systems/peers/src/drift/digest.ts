import { hash } from 'node:crypto';
import type { RecordState } from '@nestjs-spark/sqlite/internal';

export const BUCKETS = 256;
/** Keeps sums within the integers that JSON carries exactly. */
const MODULUS = 2 ** 48;

/** A checksum per bucket over all records of a collection: equal checksums mean equal records. */
export type Digest = number[];

export function emptyDigest(): Digest {
  return Array.from({ length: BUCKETS }, () => 0);
}

/** Adds records to a digest, in any order. */
export function addToDigest(digest: Digest, records: readonly RecordState[]): void {
  for (const record of records) {
    const bucket = bucketOf(record.recordId);
    digest[bucket] = ((digest[bucket] ?? 0) + figureOf(record)) % MODULUS;
  }
}

/**
 * Ids that differ only in case are in the same bucket, beyond ASCII too, although they are different records there: that does no
 * harm, and nodes of all versions have to agree.
 */
export function bucketOf(recordId: string): number {
  return hash('sha256', recordId.toLowerCase(), 'buffer')[0] ?? 0;
}

/** The buckets in which two digests differ. */
export function differingBuckets(one: Digest, other: Digest): number[] {
  return one.flatMap((figure, bucket) => (figure === other[bucket] ? [] : [bucket]));
}

function figureOf({ recordId, heads, hash: content }: RecordState): number {
  const text = JSON.stringify([recordId.toLowerCase(), heads, content]);
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}
