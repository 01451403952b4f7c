import type { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';

/** What Spark decides about a stream; everything else (replicas, placement, compression) is the operator's. */
export interface StreamSettings {
  name: string;
  description: string;
  subjects: string[];
  retention: RetentionPolicy;
  storage: StorageType;
  discard: DiscardPolicy;
  discard_new_per_subject: boolean;
  /** -1: without bound, here and below. */
  max_msgs_per_subject: number;
  max_bytes: number;
  /** In nanoseconds. */
  max_age?: number;
  allow_direct: boolean;
  allow_msg_ttl: boolean;
  /** Messages that the server publishes at their time. */
  allow_msg_schedules?: boolean;
  /** Several messages, all or none. */
  allow_atomic?: boolean;
}

/** Settings of a stream that reserves room, and may do with less of it. */
export interface WantedStream extends StreamSettings {
  /** The least `max_bytes` that is of use; without it, `max_bytes` is what it has to be. Not a setting of the server's. */
  leastBytes?: number;
}

/** What the server is told. */
export function settingsOf(wanted: WantedStream): StreamSettings {
  const settings = { ...wanted };
  delete settings.leastBytes;
  return settings;
}

export type StreamPlan =
  | { action: 'create' }
  | { action: 'nothing' }
  | { action: 'update'; changed: (keyof StreamSettings)[] }
  | { action: 'impossible'; reason: string };

/**
 * What has to be done so that the stream is as wanted; null stands for "there is none".
 * @param usedBytes what it holds: its bound is never brought below that
 */
export function planStream(
  wanted: WantedStream,
  existing: Partial<StreamSettings> | null,
  usedBytes = 0,
): StreamPlan {
  if (existing === null) return { action: 'create' };
  const reason = whyImpossible(wanted, existing);
  if (reason) return { action: 'impossible', reason: `stream ${wanted.name}: ${reason}` };
  const tooFull = wanted.max_bytes >= 0 && usedBytes > wanted.max_bytes;
  const changed = keysOf(settingsOf(wanted))
    .filter((key) => !same(wanted[key], existing[key]))
    .filter((key) => key !== 'max_bytes' || !tooFull);
  return changed.length === 0 ? { action: 'nothing' } : { action: 'update', changed };
}

function whyImpossible(wanted: StreamSettings, existing: Partial<StreamSettings>): string | null {
  if (!same(wanted.subjects, existing.subjects)) {
    const there = existing.subjects?.join(', ') ?? 'none';
    return (
      `it exists with the subjects ${there}, not ${wanted.subjects.join(', ')}. Module names that join to the same ` +
      'stream name (A_B and C, A and B_C) cannot both have a route: rename a module, or delete the stream when it is left over'
    );
  }
  if (wanted.storage !== existing.storage) {
    return `it keeps its messages in ${existing.storage}, not ${wanted.storage}, which cannot be changed. Delete it`;
  }
  if (wanted.retention !== existing.retention) {
    return `its retention is ${existing.retention}, not ${wanted.retention}, which cannot be changed. Delete it`;
  }
  if (existing.allow_msg_ttl === true && !wanted.allow_msg_ttl) {
    return 'its messages expire, which cannot be undone. Delete it';
  }
  return null;
}

function keysOf(settings: StreamSettings): (keyof StreamSettings)[] {
  return Object.keys(settings) as (keyof StreamSettings)[];
}

function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b || (a === false && b === undefined);
  return a.length === b.length && a.toSorted().join() === b.toSorted().join();
}
