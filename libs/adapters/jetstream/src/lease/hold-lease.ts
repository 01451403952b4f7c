import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { pause } from '@nestjs-spark/foundation/internal';
import type { HeldLease } from './acquire-lease.ts';
import type { LeaseStore } from './lease-store.ts';
import type { LeaseTime } from './lease-time.ts';

export interface Holding {
  time: LeaseTime;
  signal: AbortSignal;
  work: (held: AbortSignal) => Promise<void>;
  /** Called with the reason when the lease is lost because nothing answers, and with null at each renewal. */
  trouble: (because: string | null) => void;
}

/** Passes on an error of the work, as opposed to those of the lease. */
export class WorkFailed extends Error {}

/**
 * Runs `work` while the lease is renewed, every third of its ttl or as soon as the last renewal was answered. Always waits for
 * the work to end.
 * @returns `lost` when the lease was lost, `done` when the work ended or `signal` aborted
 * @throws {WorkFailed} with the work's error as `cause`, unless the lease was lost
 */
export async function holdLease(
  store: LeaseStore,
  lease: HeldLease,
  holding: Holding,
): Promise<'done' | 'lost'> {
  const lost = new AbortController();
  const ended = new AbortController();
  const renewing = renew(store, lease, holding, lost, ended.signal);
  let failure: WorkFailed | undefined;
  try {
    await holding.work(AbortSignal.any([holding.signal, lost.signal]));
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

async function renew(
  store: LeaseStore,
  lease: HeldLease,
  { time, trouble }: Holding,
  lost: AbortController,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted && !lost.signal.aborted) {
    // Counted from when the last renewal was sent: on a slow link the next one follows its answer immediately.
    const due = lease.renewedAt + lease.ttlMs / 3 - performance.now();
    await pause(Math.max(0, due), ended);
    if (ended.aborted) return;
    const left = lease.renewedAt + lease.ttlMs - performance.now();
    const outcome = left > 0 ? await renewUntilExpiry(store, lease, time, left, ended) : 'expired';
    if (outcome === 'renewed') trouble(null);
    else if (!ended.aborted) {
      if (outcome === 'expired') trouble(describeLoss(lease, time));
      lost.abort(new Error(`lease ${lease.name} was lost`));
    }
  }
}

function describeLoss({ ttlMs }: HeldLease, { roundTripMs }: LeaseTime): string {
  const answers = roundTripMs === 0 ? '' : `; its last answer took ${(roundTripMs / 1_000).toFixed(1)} s`;
  return `the lease of this task could not be renewed for ${(ttlMs / 1_000).toFixed(1)} s, because JetStream did not answer in time${answers}`;
}

/** @returns `renewed`: it is ours for another ttl; `expired` also when the work ended meanwhile */
async function renewUntilExpiry(
  store: LeaseStore,
  lease: HeldLease,
  time: LeaseTime,
  leftMs: number,
  ended: AbortSignal,
): Promise<'renewed' | 'taken' | 'expired'> {
  const over = new AbortController();
  const stop = () => over.abort();
  const timer = setTimeout(stop, leftMs);
  ended.addEventListener('abort', stop, { once: true });
  try {
    while (!over.signal.aborted) {
      const answer = await Promise.race([renewOnce(store, lease, time.ttlMs), once(over.signal, 'abort')]);
      if (answer === 'renewed' || answer === 'taken') return answer;
      await pause(Math.min(200, lease.ttlMs / 10), over.signal);
    }
    return 'expired';
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', stop);
  }
}

async function renewOnce(
  store: LeaseStore,
  lease: HeldLease,
  ttlMs: number,
): Promise<'renewed' | 'taken' | 'unknown'> {
  try {
    const sentAt = performance.now();
    const revision = await store.write(lease.name, lease.holder, ttlMs, lease.revision);
    if (revision !== null) {
      Object.assign(lease, { revision, renewedAt: sentAt, ttlMs });
      return 'renewed';
    }
    // It may have been our own write whose answer was lost.
    const entry = await store.read(lease.name);
    if (entry?.holder !== lease.holder) return 'taken';
    lease.revision = entry.revision;
    return 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Lets a successor take over immediately. If it fails, the ttl has the same effect later. */
async function release(store: LeaseStore, lease: HeldLease): Promise<void> {
  await store.write(lease.name, null, lease.ttlMs, lease.revision).catch(() => undefined);
}
