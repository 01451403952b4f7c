import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { pause } from '@nestjs-spark/foundation/internal';
import type { LeaseEntry } from './lease-entry.ts';
import type { LeaseStore } from './lease-store.ts';
import { longestTtlMs, type LeaseTime } from './lease-time.ts';

export interface HeldLease {
  name: string;
  /** Unique per holding, so that a holder recognizes its own writes. */
  holder: string;
  ttlMs: number;
  revision: number;
  /** When the request stored as `revision` was sent, by this process's monotonic clock. */
  renewedAt: number;
}

/**
 * Waits until the lease is free or its holder shows no sign of life, and takes it. Null when aborted.
 * @param inHands called when another holder is seen to renew it, which means that all is well
 */
export async function acquireLease(
  store: LeaseStore,
  name: string,
  time: LeaseTime,
  signal: AbortSignal,
  inHands: () => void,
): Promise<HeldLease | null> {
  const holder = randomUUID();
  let seen: Sighting | null = null;
  while (!signal.aborted) {
    const entry = await store.read(name);
    const now = performance.now();
    const before: Sighting | null = seen;
    seen = sight(seen, entry, now);
    // Only a renewal is a sign of life: a server that is cut off keeps answering with what it has.
    if (before && entry && before.revision !== entry.revision && entry.holder !== null) inHands();
    if (mayTake(entry, seen, now, longestTtlMs(time))) {
      const renewedAt = performance.now();
      const { ttlMs } = time;
      const revision = await store.write(name, holder, ttlMs, entry?.revision ?? 0);
      if (revision !== null) return { name, holder, ttlMs, revision, renewedAt };
      continue;
    }
    await pause(lookEvery(time.ttlMs), signal);
  }
  return null;
}

interface Sighting {
  revision: number;
  /** When this revision was first seen. */
  since: number;
}

function sight(before: Sighting | null, entry: LeaseEntry | null, now: number): Sighting | null {
  if (!entry) return null;
  return before?.revision === entry.revision ? before : { revision: entry.revision, since: now };
}

function mayTake(entry: LeaseEntry | null, seen: Sighting | null, now: number, longestMs: number): boolean {
  if (!entry || !seen || entry.holder === null) return true;
  // The stored ttl is a claim: no more than this instance's own maximum is granted.
  return now - seen.since >= Math.min(entry.ttlMs, longestMs);
}

function lookEvery(ttlMs: number): number {
  return Math.min(1_000, Math.max(50, ttlMs / 10));
}
