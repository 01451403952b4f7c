import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { HeldLease } from './acquire-lease.ts';
import type { LeaseStore } from './lease-store.ts';

/** Carries an error of the work through, apart from those of the lease. */
export class WorkFailed extends Error {}

/**
 * Runs `work` while the lease is renewed every third of its ttl. Always waits for the work to end.
 * @returns `lost` when the lease was lost, `done` when the work ended by itself or `signal` aborted
 * @throws {WorkFailed} with the work's error as `cause`, unless the lease was lost
 */
export async function holdLease(
  store: LeaseStore,
  lease: HeldLease,
  signal: AbortSignal,
  work: (held: AbortSignal) => Promise<void>,
): Promise<'done' | 'lost'> {
  const lost = new AbortController();
  const ended = new AbortController();
  const renewing = renew(store, lease, lost, ended.signal);
  let failure: WorkFailed | undefined;
  try {
    await work(AbortSignal.any([signal, lost.signal]));
  } catch (error) {
    failure = new WorkFailed('the work failed', { cause: error });
  }
  ended.abort();
  await renewing;
  if (lost.signal.aborted) return 'lost';
  await release(store, lease);
  if (failure) throw failure;
  return 'done';
}

async function renew(store: LeaseStore, lease: HeldLease, lost: AbortController, ended: AbortSignal) {
  while (!ended.aborted && !lost.signal.aborted) {
    await wait(lease.ttlMs / 3, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return;
    const left = lease.renewedAt + lease.ttlMs - performance.now();
    const renewed = left > 0 && (await renewUntilExpiry(store, lease, left, ended));
    if (!renewed && !ended.aborted) lost.abort(new Error(`lease ${lease.name} was lost`));
  }
}

/** @returns whether it is ours for another ttl; false too when the work ended meanwhile */
async function renewUntilExpiry(store: LeaseStore, lease: HeldLease, leftMs: number, ended: AbortSignal) {
  const over = new AbortController();
  const stop = () => over.abort();
  const timer = setTimeout(stop, leftMs);
  ended.addEventListener('abort', stop, { once: true });
  try {
    while (!over.signal.aborted) {
      const answer = await Promise.race([renewOnce(store, lease), once(over.signal, 'abort')]);
      if (answer === 'renewed') return true;
      if (answer === 'taken') return false;
      await wait(Math.min(200, lease.ttlMs / 10), undefined, { signal: over.signal }).catch(() => undefined);
    }
    return false;
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', stop);
  }
}

async function renewOnce(store: LeaseStore, lease: HeldLease): Promise<'renewed' | 'taken' | 'unknown'> {
  try {
    const sentAt = performance.now();
    const revision = await store.write(lease.name, lease.holder, lease.ttlMs, lease.revision);
    if (revision !== null) {
      Object.assign(lease, { revision, renewedAt: sentAt });
      return 'renewed';
    }
    // Perhaps it was our own write whose answer was lost.
    const entry = await store.read(lease.name);
    if (entry?.holder !== lease.holder) return 'taken';
    lease.revision = entry.revision;
    return 'unknown';
  } catch {
    return 'unknown';
  }
}

/** So that a successor takes over at once. Where it fails, the ttl does it. */
async function release(store: LeaseStore, lease: HeldLease): Promise<void> {
  await store.write(lease.name, null, lease.ttlMs, lease.revision).catch(() => undefined);
}
