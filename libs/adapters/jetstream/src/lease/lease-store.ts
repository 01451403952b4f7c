import type { KV } from '@nats-io/kv';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { performance } from 'node:perf_hooks';
import type { JetStreamConnection } from '../connect/connection.ts';
import { bucketKey } from '../provision/bucket-key.ts';
import { openBucket } from '../provision/open-bucket.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { readLease, type LeaseEntry } from './lease-entry.ts';

export const LEASES_BUCKET = 'SPARK_LEASES';
export const LEASES_OPTIONS = { history: 1 };

/** A key of the bucket. It begins with the module's name, which limits the module's write permission. */
export function leaseKey(module: string, name: string): string {
  return `${bucketKey(nameKey(module))}.${bucketKey(name)}`;
}

export interface LeaseStoreParts {
  connection: JetStreamConnection;
  /** Owner of these leases: only instances of one module compete for one. */
  module: string;
  /** Called with the duration of each answered write. */
  answered?: (tookMs: number) => void;
}

/** The leases' bucket: reads, and writes that only succeed on what was read. */
export class LeaseStore {
  readonly #connection: JetStreamConnection;
  readonly #module: string;
  readonly #answered: (tookMs: number) => void;

  constructor({ connection, module, answered = () => undefined }: LeaseStoreParts) {
    this.#connection = connection;
    this.#module = module;
    this.#answered = answered;
  }

  /** Null when it was never held. */
  async read(name: string): Promise<LeaseEntry | null> {
    return this.#bucket(async (bucket) => {
      const entry = await bucket.get(leaseKey(this.#module, name));
      if (!entry || entry.operation !== 'PUT')
        return entry && { revision: entry.revision, holder: null, ttlMs: 0 };
      return { revision: entry.revision, ...readLease(entry.string()) };
    });
  }

  /**
   * @param expected the revision that must exist; 0 for none
   * @returns the new revision, or null when someone else was first
   */
  async write(name: string, holder: string | null, ttlMs: number, expected: number): Promise<number | null> {
    const sentAt = performance.now();
    const value = JSON.stringify({ holder, ttlMs });
    const revision = await this.#bucket(async (bucket) => {
      try {
        return await bucket.put(leaseKey(this.#module, name), value, { previousSeq: expected });
      } catch (error) {
        if (isWrongLastSequence(error)) return null;
        throw error;
      }
    });
    this.#answered(performance.now() - sentAt);
    return revision;
  }

  #bucket<T>(work: (bucket: KV) => Promise<T>): Promise<T> {
    return this.#connection.use((handle) => openBucket(handle, LEASES_BUCKET, LEASES_OPTIONS, work));
  }
}
