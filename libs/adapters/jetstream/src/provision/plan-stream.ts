import type { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';

/** The settings of a stream that Spark decides; everything else (replicas, placement, compression) is up to the operator. */
export interface StreamSettings {
  name: string;
  description: string;
  subjects: string[];
  retention: RetentionPolicy;
  storage: StorageType;
  discard: DiscardPolicy;
  discard_new_per_subject: boolean;
  /** -1: unlimited, here and below. */
  max_msgs_per_subject: number;
  max_bytes: number;
  max_msgs: number;
  /** In nanoseconds; 0: unlimited. */
  max_age: number;
  allow_direct: boolean;
  allow_msg_ttl: boolean;
  /** Messages that the server publishes at a scheduled time. */
  allow_msg_schedules?: boolean;
  /** Atomic batches of messages. */
  allow_atomic?: boolean;
}

/** Settings of a stream that reserves space, and may do with less. */
export interface WantedStream extends StreamSettings {
  /** The smallest useful `max_bytes`; without it, `max_bytes` is required as given. Not a server setting. */
  leastBytes?: number;
}

/** The settings to send to the server. */
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
 * What to do so that the stream is as wanted; null stands for a missing stream.
 * @param usedBytes what it holds: its limit is never set below that
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
