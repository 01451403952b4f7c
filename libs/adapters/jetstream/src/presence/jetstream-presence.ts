import type { KV, KvOptions } from '@nats-io/kv';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { openBucket } from '../provision/open-bucket.ts';

/** Values that expire when their writers stop renewing them, showing people who is present. Nothing may rely on them. */
export class JetStreamPresence {
  readonly #connection: JetStreamConnection;
  readonly #bucket: string;
  readonly #options: Partial<KvOptions>;

  constructor(connection: JetStreamConnection, bucket: string, ttlMs: number) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#options = { ttl: ttlMs, history: 1 };
  }

  /** Creates the bucket if it is missing. */
  provision(): Promise<void> {
    return this.#use(async () => undefined);
  }

  /** @throws {UnavailableError} while NATS is unavailable */
  async put(key: string, text: string): Promise<void> {
    await this.#use((bucket) => bucket.put(key, text));
  }

  /** Takes a key unless it is taken. @returns its current holder @throws {UnavailableError} while NATS is unavailable */
  async claim(key: string, holder: string): Promise<string> {
    return this.#use(async (bucket) => {
      const entry = await bucket.get(key);
      const held = entry?.operation === 'PUT' ? entry.string() : null;
      if (held !== null && held !== holder) return held;
      try {
        await bucket.put(key, holder, { previousSeq: entry?.revision ?? 0 });
        return holder;
      } catch (error) {
        if (!isWrongLastSequence(error)) throw error;
        return (await bucket.get(key))?.string() ?? holder;
      }
    });
  }

  /** The values of these keys, such as `notes.*`, by their key. @throws {UnavailableError} while NATS is unavailable */
  async read(keys: string): Promise<Map<string, string>> {
    return this.#use(async (bucket) => {
      const names: string[] = [];
      for await (const name of await bucket.keys(keys)) names.push(name);
      const entries = await Promise.all(names.map((name) => bucket.get(name)));
      return new Map(
        entries.flatMap((entry) => (entry?.operation === 'PUT' ? [[entry.key, entry.string()]] : [])),
      );
    });
  }

  #use<T>(work: (bucket: KV) => Promise<T>): Promise<T> {
    return this.#connection.use((handle) => openBucket(handle, this.#bucket, this.#options, work));
  }
}
