import { Objm, type ObjectStore } from '@nats-io/obj';
import type { JetStreamHandle } from '../connect/connection.ts';

const DESCRIPTION = 'Spark: change sets over max_payload, contents of attachments';

/** The stream in which the server keeps an object bucket. */
export function objectStream(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** Where an object bucket's parts and descriptions are published. */
export function objectSubjects(bucket: string): string {
  return `$O.${bucket}.>`;
}

/** The object bucket of a stream of logs, which is made when it is not there. */
export function makeObjectBucket({ js }: JetStreamHandle, bucket: string): Promise<ObjectStore> {
  return new Objm(js).create(bucket, { description: DESCRIPTION });
}
