import type { KV } from '@nats-io/kv';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { keyStream, keySubject, openBucket } from '../provision/open-bucket.ts';
import { isNothingThere } from './subject-log.ts';

/** A value of a bucket as it was last written. */
export interface RevisedValue {
  key: string;
  revision: number;
  value: string;
}

/** A bucket whose values are changed only by those who know their last revision. */
export class RevisedValues {
  readonly #connection: JetStreamConnection;
  readonly #bucket: string;
  readonly #ttlMs: number | undefined;

  /** @param ttlMs after which the server removes values that nobody writes; default: never */
  constructor(connection: JetStreamConnection, bucket: string, ttlMs?: number) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#ttlMs = ttlMs;
  }

  /** Creates the bucket if it does not exist. */
  provision(): Promise<void> {
    return this.#use(async () => undefined);
  }

  /** All values that are there, in one request; at most 1,024. */
  async all(): Promise<RevisedValue[]> {
    return this.#use(async (_, { jsm }) => {
      const found: RevisedValue[] = [];
      const prefix = keySubject(this.#bucket, '');
      const query = { multi_last: [`${prefix}>`] };
      try {
        const stored = await jsm.direct.getLastMessagesFor(keyStream(this.#bucket), query);
        for await (const { subject, seq, header, data } of stored) {
          if (header.has('KV-Operation')) continue;
          const key = subject.slice(prefix.length);
          found.push({ key, revision: seq, value: decodeUtf8(data) });
        }
      } catch (error) {
        if (!isNothingThere(error)) throw error;
      }
      return found;
    });
  }

  /**
   * @param expected the revision that must be there; 0 for none; null for any
   * @returns the new revision, or null when somebody else was first
   */
  async put(key: string, value: string, expected: number | null): Promise<number | null> {
    return this.#use(async (bucket) => {
      try {
        return await bucket.put(key, value, expected === null ? {} : { previousSeq: expected });
      } catch (error) {
        if (isWrongLastSequence(error)) return null;
        throw error;
      }
    });
  }

  async remove(key: string): Promise<void> {
    await this.#use((bucket) => bucket.delete(key));
  }

  #use<T>(work: (bucket: KV, handle: JetStreamHandle) => Promise<T>): Promise<T> {
    const options = { history: 1, ...(this.#ttlMs !== undefined && { ttl: this.#ttlMs }) };
    return this.#connection.use((handle) =>
      openBucket(handle, this.#bucket, options, (bucket) => work(bucket, handle)),
    );
  }
}
