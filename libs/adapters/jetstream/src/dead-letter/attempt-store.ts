import type { JetStreamConnection } from '../connect/connection.ts';
import { openBucket } from '../provision/open-bucket.ts';
import { readAttempts, type Attempt } from './attempt.ts';

export const ATTEMPTS_BUCKET = 'SPARK_ATTEMPTS';
/** Longer than any pause; entries left by a deleted stream expire. */
const KEEP_MS = 7 * 24 * 60 * 60 * 1_000;
export const ATTEMPTS_OPTIONS = { ttl: KEEP_MS };

/** The keys of all messages of a consumer, whose ids begin with its name. */
export function attemptsOf(consumer: string): string {
  return `${consumer}.*`;
}

/** The failed attempts of messages that will be redelivered, stored so that a restart does not forget their errors. */
export class AttemptStore {
  readonly #connection: JetStreamConnection;

  constructor(connection: JetStreamConnection) {
    this.#connection = connection;
  }

  async read(id: string): Promise<Attempt[]> {
    return this.#bucket(async (bucket) => {
      const entry = await bucket.get(id);
      return entry?.operation === 'PUT' ? readAttempts(entry.string()) : [];
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
