import type { RecordsBatch } from '@platformatic/kafka';

const TRANSACTIONAL = 0b01_0000;
const CONTROL = 0b10_0000;
const ABORT = 0;

/** An aborted transaction, as a broker reports it along with the batches. */
export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

type Batch = Pick<RecordsBatch, 'firstOffset' | 'lastOffsetDelta' | 'attributes' | 'producerId' | 'records'>;

/**
 * The batches with records of committed transactions, or of none. The client's own filter lets aborted records pass when the end
 * of their transaction is in a later response, and when one producer has aborted twice.
 */
export function committedOnly<B extends Batch>(
  batches: readonly B[],
  aborted: readonly AbortedTransaction[],
): B[] {
  const coming = aborted.toSorted((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const open = new Set<bigint>();
  return batches.filter((batch) => {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (coming[0] && coming[0].firstOffset <= last) open.add(coming.shift()!.producerId);
    const end = endOf(batch);
    if (end === 'aborted') open.delete(batch.producerId);
    if (end !== null) return false;
    return (batch.attributes & TRANSACTIONAL) === 0 || !open.has(batch.producerId);
  });
}

/** How a transaction ended, from its control batch; null for a batch of records. */
export function endOf({ attributes, records }: Batch): 'committed' | 'aborted' | 'other' | null {
  if ((attributes & CONTROL) === 0) return null;
  const type = records[0]?.key?.readInt16BE(2);
  if (type === ABORT) return 'aborted';
  return type === 1 ? 'committed' : 'other';
}

export const isTransactional = ({ attributes }: Batch): boolean => (attributes & TRANSACTIONAL) !== 0;
