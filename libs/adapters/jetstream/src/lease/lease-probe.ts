import type { JetStreamHandle } from '../connect/connection.ts';
import { openBucket } from '../provision/open-bucket.ts';
import { leaseKey, LEASES_BUCKET, LEASES_OPTIONS } from './lease-store.ts';

/** As large as a lease's entry: what is refused to those has to be refused to this. */
const VALUE = JSON.stringify({ holder: ''.padEnd(36), ttlMs: 30_000 });

/**
 * Stores a small value beside the leases, which no task can do without, and asks for the account's figures, which the
 * leader of the whole cluster answers: consumers cannot be made without it. The first fails where the disk is full or this
 * user has no right, the second where most servers are away, though the socket is open. All instances write the same key.
 */
export function leaseProbe(module: string): (handle: JetStreamHandle) => Promise<unknown> {
  const key = leaseKey(module, 'pulse');
  return (handle) =>
    Promise.all([
      openBucket(handle, LEASES_BUCKET, LEASES_OPTIONS, (bucket) => bucket.put(key, VALUE)),
      handle.jsm.getAccountInfo(),
    ]);
}
