import type { JetStreamClient } from '@nats-io/jetstream';
import { Kvm, type KV, type KvOptions } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import type { JetStreamHandle } from '../connect/connection.ts';
import { isDenied } from '../connect/refusals.ts';

/** How long JetStream recognizes duplicates, unless a stream keeps its messages for less. */
const DUPLICATES_MS = 120_000;

/** The stream behind a bucket. */
export function keyStream(bucket: string): string {
  return `KV_${bucket}`;
}

/** The subject of a key of a bucket; a key may be a pattern. */
export function keySubject(bucket: string, key: string): string {
  return `$KV.${bucket}.${key}`;
}

const opened = new WeakMap<JetStreamClient, Map<string, KV>>();

/**
 * Runs `work` on a key-value bucket, which is created if it is missing, and keeps its values for the time in `options`, even if
 * it was made with another one; checked once per connection.
 */
export async function openBucket<T>(
  { js, jsm }: JetStreamHandle,
  name: string,
  options: Partial<KvOptions>,
  work: (bucket: KV) => Promise<T>,
): Promise<T> {
  const known = opened.get(js) ?? new Map<string, KV>();
  opened.set(js, known);
  const bucket = known.get(name) ?? (await open({ js, jsm }, name, options));
  known.set(name, bucket);
  try {
    return await work(bucket);
  } catch (error) {
    known.delete(name);
    throw error;
  }
}

async function open(
  { js, jsm }: Pick<JetStreamHandle, 'js' | 'jsm'>,
  name: string,
  options: Partial<KvOptions>,
): Promise<KV> {
  const bucket = await new Kvm(js).create(name, options);
  if (options.ttl !== undefined) await keepFor(jsm, name, options.ttl);
  return bucket;
}

/** A bucket may be older than the setting, or made by an administrator: a used token must not be forgotten too soon, nor kept forever. */
async function keepFor(jsm: JetStreamHandle['jsm'], name: string, ttlMs: number): Promise<void> {
  const stream = keyStream(name);
  const { config } = await jsm.streams.info(stream);
  const wanted = nanos(ttlMs);
  if (config.max_age === wanted) return;
  const duplicates = Math.min(wanted, nanos(DUPLICATES_MS));
  await jsm.streams
    .update(stream, { max_age: wanted, duplicate_window: duplicates })
    .catch((error: unknown) => {
      // Values that are kept for longer do no harm until an administrator changes that.
      const isLonger = config.max_age === 0 || config.max_age > wanted;
      if (!(isLonger && isDenied(error))) throw error;
    });
}
