import { UnavailableError } from '@nestjs-spark/contracts';
import type { ObjectInfo } from '@nats-io/obj';
import type { JetStreamConnection } from '../connect/connection.ts';
import { objectStream } from './object-bucket.ts';
import { readMessages } from './read-messages.ts';

/** Chunks of an object never arrived: it was deleted while being read, or never had them. */
export class IncompleteObjectError extends UnavailableError {
  constructor(name: string, bucket: string, read: number, of: number) {
    super(`Object ${name} in bucket ${bucket} could not be read: ${read} of its ${of} parts arrived`);
    this.name = 'IncompleteObjectError';
  }
}

/** If the object is deleted while being read, a chunk may never arrive. */
const SILENCE_MS = 30_000;

/**
 * An object's chunks on demand. The client's own reader takes in the whole object as fast as the server sends it, without
 * backpressure; here at most 32 chunks of 128 KiB are buffered.
 */
export async function* readObject(
  connection: JetStreamConnection,
  bucket: string,
  { nuid, chunks, name }: ObjectInfo,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (chunks === 0) return;
  const silence = new AbortController();
  const arm = (): NodeJS.Timeout => setTimeout(() => silence.abort(), SILENCE_MS);
  const request = { stream: objectStream(bucket), subjects: `$O.${bucket}.C.${nuid}`, from: 1 };
  let read = 0;
  let timer = arm();
  try {
    for await (const part of readMessages(connection, request, silence.signal)) {
      clearTimeout(timer);
      yield part.data;
      if (++read === chunks) return;
      timer = arm();
    }
    throw new IncompleteObjectError(name, bucket, read, chunks);
  } finally {
    clearTimeout(timer);
  }
}
