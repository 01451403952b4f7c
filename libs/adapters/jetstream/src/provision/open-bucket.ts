import type { JetStreamClient } from '@nats-io/jetstream';
import { Kvm, type KV, type KvOptions } from '@nats-io/kv';
import type { JetStreamHandle } from '../connect/connection.ts';

/** The stream behind a bucket. */
export function keyStream(bucket: string): string {
  return `KV_${bucket}`;
}

/** The subject of a key of a bucket; a key may be a pattern. */
export function keySubject(bucket: string, key: string): string {
  return `$KV.${bucket}.${key}`;
}

const open = new WeakMap<JetStreamClient, Map<string, KV>>();

/** Runs `work` on a key-value bucket, which is created if it is missing; checked once per connection. */
export async function openBucket<T>(
  { js }: JetStreamHandle,
  name: string,
  options: Partial<KvOptions>,
  work: (bucket: KV) => Promise<T>,
): Promise<T> {
  const known = open.get(js) ?? new Map<string, KV>();
  open.set(js, known);
  const bucket = known.get(name) ?? (await new Kvm(js).create(name, options));
  known.set(name, bucket);
  try {
    return await work(bucket);
  } catch (error) {
    known.delete(name);
    throw error;
  }
}
