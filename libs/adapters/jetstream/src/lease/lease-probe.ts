import type { JetStreamHandle } from '../connect/connection.ts';
import { openBucket } from '../provision/open-bucket.ts';
import { leaseKey, LEASES_BUCKET, LEASES_OPTIONS } from './lease-store.ts';

/** As large as a lease entry, so that whatever refuses those refuses this. */
const VALUE = JSON.stringify({ holder: ''.padEnd(36), ttlMs: 30_000 });

/**
 * Stores a small value beside the leases, which every task depends on, and requests the account's figures, which the leader of
 * the whole cluster answers and without which consumers cannot be created. The first fails when the disk is full or this user
 * lacks permission, the second when most servers are unavailable, even though the socket is open. All instances write the same
 * key.
 */
export function leaseProbe(module: string): (handle: JetStreamHandle) => Promise<unknown> {
  const key = leaseKey(module, 'pulse');
  return (handle) =>
    Promise.all([
      openBucket(handle, LEASES_BUCKET, LEASES_OPTIONS, (bucket) => bucket.put(key, VALUE)),
      handle.jsm.getAccountInfo(),
    ]);
}
