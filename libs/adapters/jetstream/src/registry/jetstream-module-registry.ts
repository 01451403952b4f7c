import type { ModuleInformation } from '@nestjs-spark/contracts';
import {
  fromRegistryDocument,
  isEntryLost,
  toRegistryDocument,
  type ModuleRegistry,
} from '@nestjs-spark/contracts/internal';
import type { KV, KvEntry } from '@nats-io/kv';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { bucketKey } from '../provision/bucket-key.ts';
import { openBucket } from '../provision/open-bucket.ts';

export const MODULES_BUCKET = 'SPARK_MODULES';

export interface JetStreamModuleRegistryOptions {
  connection: JetStreamConnection;
  /** Default `SPARK_MODULES`. */
  bucket?: string;
}

/** Read from the leader: a follower could still return a module's previous address. */
export const MODULES_OPTIONS = { history: 1, allow_direct: false };

/**
 * The modules that know each other, in a key-value bucket: the same documents as in SparkModules, each under its module's name in
 * lower case.
 */
export class JetStreamModuleRegistry implements ModuleRegistry {
  readonly #connection: JetStreamConnection;
  readonly #name: string;

  constructor({ connection, bucket = MODULES_BUCKET }: JetStreamModuleRegistryOptions) {
    this.#connection = connection;
    this.#name = bucket;
  }

  async prepare(): Promise<void> {
    await this.#bucket(() => Promise.resolve());
  }

  async register(information: ModuleInformation): Promise<void> {
    const text = JSON.stringify(toRegistryDocument(information));
    await this.#bucket((bucket) => bucket.put(moduleKey(information.appName), text));
  }

  async keep(information: ModuleInformation): Promise<boolean> {
    const text = JSON.stringify(toRegistryDocument(information));
    const key = moduleKey(information.appName);
    return this.#bucket(async (bucket) => {
      const entry = await bucket.get(key);
      if (!isEntryLost(information, read(entry, information.appName))) return false;
      try {
        await bucket.put(key, text, { previousSeq: entry?.revision ?? 0 });
        return true;
      } catch (error) {
        // Someone else has written there meanwhile, which is as good as if it had been there before.
        if (isWrongLastSequence(error)) return false;
        throw error;
      }
    });
  }

  async find(module: string): Promise<ModuleInformation | null> {
    return this.#bucket(async (bucket) => read(await bucket.get(moduleKey(module)), module));
  }

  async list(): Promise<ModuleInformation[]> {
    return this.#bucket(async (bucket) => {
      const keys = await Array.fromAsync(await bucket.keys());
      const entries = await Promise.all(keys.map((key) => bucket.get(key)));
      const modules = entries.map((entry, at) => ({ key: keys[at], information: read(entry) }));
      return modules.flatMap(({ key, information }) =>
        information && moduleKey(information.appName) === key ? [information] : [],
      );
    });
  }

  #bucket<T>(work: (bucket: KV) => Promise<T>): Promise<T> {
    return this.#connection.use((handle) => openBucket(handle, this.#name, MODULES_OPTIONS, work));
  }
}

/** The key of a module's entry. */
export function moduleKey(module: string): string {
  return bucketKey(nameKey(module));
}

/** Null for what was removed, or was not written by a module. */
function read(entry: KvEntry | null, module?: string): ModuleInformation | null {
  if (!entry || entry.operation !== 'PUT') return null;
  try {
    return fromRegistryDocument(entry.json<unknown>(), module);
  } catch {
    return null;
  }
}
