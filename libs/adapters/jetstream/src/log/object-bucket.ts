import { Objm, type ObjectStore } from '@nats-io/obj';
import type { JetStreamHandle } from '../connect/connection.ts';

const DESCRIPTION = 'Spark: change sets over max_payload, contents of attachments';

/** The stream behind an object bucket. */
export function objectStream(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** The subjects of an object bucket's chunks and metadata. */
export function objectSubjects(bucket: string): string {
  return `$O.${bucket}.>`;
}

/** The object bucket of a stream of logs, created if it is missing. */
export function makeObjectBucket({ js }: JetStreamHandle, bucket: string): Promise<ObjectStore> {
  return new Objm(js).create(bucket, { description: DESCRIPTION });
}
