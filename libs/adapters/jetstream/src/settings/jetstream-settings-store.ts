import { UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type { HeldSettings, SettingsStore } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { KV } from '@nats-io/kv';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { readMessages } from '../log/read-messages.ts';
import { bucketKey } from '../provision/bucket-key.ts';
import { keyStream, keySubject, openBucket } from '../provision/open-bucket.ts';

export const SETTINGS_BUCKET = 'SPARK_SETTINGS';
/** The text contains its own versions; the history shows what was there before someone overwrote it. Read from the leader. */
export const SETTINGS_OPTIONS = { history: 5, allow_direct: false };

const NONE: HeldSettings = { text: null, revision: '0' };

export interface JetStreamSettingsStoreOptions {
  connection: JetStreamConnection;
  module: string;
  /** Default `SPARK_SETTINGS`. */
  bucket?: string;
}

/** The key of a module's settings. */
export function settingsKey(module: string): string {
  return bucketKey(nameKey(module));
}

/** A module's settings under its own key of a key-value bucket. */
export class JetStreamSettingsStore implements SettingsStore {
  readonly #connection: JetStreamConnection;
  readonly #bucket: string;
  readonly #key: string;

  constructor({ connection, module, bucket = SETTINGS_BUCKET }: JetStreamSettingsStoreOptions) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#key = settingsKey(module);
  }

  get place(): string {
    return this.#connection.target;
  }

  async read(): Promise<HeldSettings> {
    const entry = await this.#use((bucket) => bucket.get(this.#key));
    if (!entry) return NONE;
    return {
      text: entry.operation === 'PUT' ? entry.string() : null,
      revision: String(entry.revision),
    };
  }

  async write(text: string, revision: string): Promise<string> {
    try {
      const previousSeq = Number(revision);
      return String(await this.#use((bucket) => bucket.put(this.#key, text, { previousSeq })));
    } catch (error) {
      if (isWrongLastSequence(error)) throw new VersionConflictError('The settings', { cause: error });
      throw error;
    }
  }

  async changed(revision: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#connection.ready(signal);
      await this.#use(() => Promise.resolve());
      const stream = keyStream(this.#bucket);
      const subjects = keySubject(this.#bucket, this.#key);
      const request = { stream, subjects, from: 'last-per-subject' } as const;
      for await (const { seq } of readMessages(this.#connection, request, signal))
        if (String(seq) !== revision) return;
    } catch (error) {
      if (!(signal.aborted && error instanceof UnavailableError)) throw error;
    }
  }

  #use<T>(work: (bucket: KV) => Promise<T>): Promise<T> {
    return this.#connection.use((handle) => openBucket(handle, this.#bucket, SETTINGS_OPTIONS, work));
  }
}
