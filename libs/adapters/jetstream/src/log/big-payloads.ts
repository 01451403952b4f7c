import { UnavailableError } from '@nestjs-spark/contracts';
import { Objm, type ObjectStore } from '@nats-io/obj';
import { randomUUID } from 'node:crypto';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isStreamNotFound } from '../connect/failures.ts';
import { makeObjectBucket, objectStream } from './object-bucket.ts';
import { IncompleteObjectError, readObject } from './read-object.ts';

/** A little more than the limit of a change set: incompressible data grows when compressed. */
const LARGEST_BYTES = 65 * 1024 * 1024;

/** Almost no task has large payloads, and none is to cost a request at every trim. */
const LOOK_AGAIN_MS = 60_000;

/** Header of a message whose payload is in the route's object bucket: the object's name. */
export const OBJECT_HEADER = 'spark-object';

/**
 * Payloads over the server's `max_payload`, in one object bucket per route. An object's name begins with its task's subject and
 * the sequence that its message was meant to follow, which shows when it is no longer needed.
 */
export class BigPayloads {
  readonly #connection: JetStreamConnection;
  readonly #bucket: string;
  /** Until when nobody looks again whether there are any, by `performance.now`. */
  #noneUntil = -Infinity;

  constructor(connection: JetStreamConnection, stream: string) {
    this.#connection = connection;
    this.#bucket = stream;
  }

  /** @returns the object's name, for {@link OBJECT_HEADER} */
  async store(subject: string, afterSequence: number, payload: Uint8Array): Promise<string> {
    const name = `${subject}/${afterSequence}/${randomUUID()}`;
    this.#noneUntil = -Infinity;
    await this.#connection.use(async (handle) => {
      const bucket = await makeObjectBucket(handle, this.#bucket);
      await bucket.putBlob({ name }, payload);
    });
    return name;
  }

  /** Streams the content chunk by chunk. */
  async storeStream(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    this.#noneUntil = -Infinity;
    await this.#connection.use(async (handle) => {
      const bucket = await makeObjectBucket(handle, this.#bucket);
      await bucket.put({ name }, readableOf(content));
    });
  }

  /** Streams the object on demand; null when it is gone. */
  async open(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    const info = await this.#whenThere((bucket) => bucket.info(name));
    return info && !info.deleted ? readObject(this.#connection, this.#bucket, info) : null;
  }

  /** Null when it is gone, damaged, or larger than any payload of ours: whoever names an object may also have created it. */
  async load(name: string): Promise<Uint8Array | null> {
    const content = await this.open(name);
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const part of content ?? []) {
        size += part.length;
        if (size > LARGEST_BYTES) return null;
        parts.push(part);
      }
    } catch (error) {
      if (error instanceof IncompleteObjectError) return null;
      throw error;
    }
    return content && Buffer.concat(parts);
  }

  /** All objects with this prefix; `at` is when each was stored, in milliseconds. */
  async list(prefix = ''): Promise<{ name: string; bytes: number; at: number }[]> {
    const objects = (await this.#whenThere((bucket) => bucket.list())) ?? [];
    return objects
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, size, mtime }) => ({ name, bytes: size, at: Date.parse(mtime) }));
  }

  async remove(name: string): Promise<void> {
    await this.#whenThere((bucket) => this.#delete(bucket, name));
  }

  /**
   * Removes what belongs to the task's messages below `sequence`, even if its message was never stored.
   * @param usedByFirst prefixes of the objects needed by the first remaining message: those too were named after a sequence below
   *   it
   */
  async trim(subject: string, sequence: number, usedByFirst: () => Promise<string[]>): Promise<void> {
    if (performance.now() < this.#noneUntil) return;
    const keep = await usedByFirst();
    await this.#whenThere(async (bucket) => {
      const objects = await bucket.list();
      if (objects.length === 0) this.#noneForNow();
      for (const { name } of objects) {
        const followed = sequenceFollowed(name, subject);
        const needed = keep.some((prefix) => name.startsWith(prefix));
        if (followed !== null && followed < sequence && !needed) await this.#delete(bucket, name);
      }
      return null;
    });
  }

  /** For a recreated stream: leftovers belong to sequences that now have a different meaning. */
  async clear(): Promise<void> {
    await this.#whenThere((bucket) => bucket.destroy());
  }

  async #delete(bucket: ObjectStore, name: string): Promise<void> {
    await bucket.delete(name);
    // The client leaves a marker for watchers, of which there are none.
    const marker = Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    await this.#connection.use(({ jsm }) =>
      jsm.streams.purge(objectStream(this.#bucket), { filter: `$O.${this.#bucket}.M.${marker}` }),
    );
  }

  /** Not for good: another instance may store some, or this one may be doing so. */
  #noneForNow(): void {
    this.#noneUntil = performance.now() + LOOK_AGAIN_MS;
  }

  async #whenThere<T>(work: (bucket: ObjectStore) => Promise<T>): Promise<T | null> {
    return this.#connection.use(async ({ js }) => {
      try {
        return await work(await new Objm(js).open(this.#bucket));
      } catch (error) {
        if (
          isStreamNotFound(error) ||
          (error instanceof Error && /object store not found/i.test(error.message))
        ) {
          this.#noneForNow();
          return null;
        }
        if (error instanceof Error && /incomplete|corrupt|digest/i.test(error.message)) {
          throw new UnavailableError(`An object in bucket ${this.#bucket} is incomplete or damaged`, {
            cause: error,
          });
        }
        throw error;
      }
    });
  }
}

function sequenceFollowed(name: string, subject: string): number | null {
  if (!name.startsWith(`${subject}/`)) return null;
  return Number(name.slice(subject.length + 1).split('/')[0]);
}

function readableOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const parts = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await parts.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}
