import type { KvEntry } from '@nats-io/kv';
import {
  describeError,
  isListOf,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { openBucket } from '../provision/open-bucket.ts';

/** One failed attempt of a handler. */
export interface Attempt {
  /** 1 for the first. */
  number: number;
  /** When it failed, ISO 8601. */
  at: string;
  error: string;
}

export const ATTEMPTS_BUCKET = 'SPARK_ATTEMPTS';
/** Longer than any pause; what a deleted stream leaves behind expires. */
const KEEP_MS = 7 * 24 * 60 * 60 * 1_000;
export const ATTEMPTS_OPTIONS = { ttl: KEEP_MS };
const LONGEST_ERROR = 1_000;
const MOST_ATTEMPTS = 1_000;

export const isAttempt: Guard<Attempt> = isObjectOf({ number: isWhole, at: isText(), error: isText() });
const areAttempts = isListOf(isAttempt, MOST_ATTEMPTS);

/** The keys of all messages of a consumer, whose ids begin with its name. */
export function attemptsOf(consumer: string): string {
  return `${consumer}.*`;
}

/** A value that Spark does not write says nothing of earlier attempts. */
function readAttempts(entry: KvEntry): Attempt[] {
  try {
    const value = entry.json<unknown>();
    return areAttempts(value) ? value : [];
  } catch {
    return [];
  }
}

/** The failed attempts of messages that will come again, kept so that a restart does not forget their errors. */
export class AttemptBook {
  readonly #connection: JetStreamConnection;

  constructor(connection: JetStreamConnection) {
    this.#connection = connection;
  }

  async read(id: string): Promise<Attempt[]> {
    return this.#bucket(async (bucket) => {
      const entry = await bucket.get(id);
      return entry?.operation === 'PUT' ? readAttempts(entry) : [];
    });
  }

  async write(id: string, attempts: Attempt[]): Promise<void> {
    await this.#bucket((bucket) => bucket.put(id, JSON.stringify(attempts)));
  }

  async clear(id: string): Promise<void> {
    await this.#bucket((bucket) => bucket.purge(id));
  }

  #bucket<T>(work: Parameters<typeof openBucket<T>>[3]): Promise<T> {
    return this.#connection.use((handle) => openBucket(handle, ATTEMPTS_BUCKET, ATTEMPTS_OPTIONS, work));
  }
}

/** The same as everywhere, but bounded: it travels in a header. */
export function describeAttempt(error: unknown): string {
  return describeError(error).slice(0, LONGEST_ERROR);
}
