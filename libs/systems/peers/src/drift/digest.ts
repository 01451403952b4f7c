import { hash } from 'node:crypto';
import type { RecordState } from '@nestjs-spark/sqlite/internal';

export const BUCKETS = 256;
/** Sums stay whole numbers that JSON carries exactly. */
const MODULUS = 2 ** 48;

/** Figures of all records of a collection, by bucket: equal figures stand for equal records. */
export type Digest = number[];

export function emptyDigest(): Digest {
  return Array.from({ length: BUCKETS }, () => 0);
}

/** Adds records to a digest, in whatever order. */
export function addToDigest(digest: Digest, records: readonly RecordState[]): void {
  for (const record of records) {
    const bucket = bucketOf(record.recordId);
    digest[bucket] = ((digest[bucket] ?? 0) + figureOf(record)) % MODULUS;
  }
}

/** Ids that differ by the case of letters are one record. */
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
