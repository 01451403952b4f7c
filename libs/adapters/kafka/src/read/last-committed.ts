import type { RecordsBatch } from '@platformatic/kafka';
import { endOf, isTransactional } from './committed.ts';
import type { KafkaReader } from './kafka-reader.ts';

/** Finds the last committed message of a key, given the batches of a partition in order. */
export class LastCommitted {
  readonly #key: Buffer;
  readonly #pending = new Map<bigint, Buffer | null>();
  value: Buffer | null = null;

  constructor(key: string) {
    this.#key = Buffer.from(key);
  }

  add(
    batch: Pick<RecordsBatch, 'firstOffset' | 'lastOffsetDelta' | 'attributes' | 'producerId' | 'records'>,
  ): void {
    const { producerId, records } = batch;
    const end = endOf(batch);
    if (end !== null) {
      if (end === 'committed' && this.#pending.has(producerId))
        this.value = this.#pending.get(producerId) ?? null;
      this.#pending.delete(producerId);
      return;
    }
    for (const { key, value } of records) {
      if (!key || !this.#key.equals(key)) continue;
      if (isTransactional(batch)) this.#pending.set(producerId, value);
      else this.value = value;
    }
  }
}

const WAIT_MS = 500;

/**
 * The last committed message of a key in a partition, among those present at the time of the call. Unlike reading committed
 * messages only, it does not wait for the transactions of other keys: it distinguishes them by their ends.
 * @throws {KafkaError}
 */
export async function readLastCommitted(
  reader: KafkaReader,
  topic: string,
  partition: number,
  key: string,
): Promise<Buffer | null> {
  const view = await reader.view(topic);
  const [starts, ends] = await Promise.all([
    reader.offsets(topic, view, 'earliest'),
    reader.offsets(topic, view, 'latest'),
  ]);
  const end = ends[partition] ?? 0;
  const found = new LastCommitted(key);
  for (let at = starts[partition] ?? 0; at < end;) {
    const offsets = new Map([[partition, at]]);
    const answers = await reader.fetch({ topic, view, offsets, maxWaitMs: WAIT_MS, committed: false });
    for (const { batches, next } of answers) {
      batches.forEach((batch) => found.add(batch));
      at = next;
    }
  }
  return found.value;
}
