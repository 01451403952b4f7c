import {
  type JetStreamConnection,
  type Provisioned,
  provisionContents,
  RecordStream,
} from '@nestjs-spark/jetstream/internal';
import { contentsOf, JOBS_PLACE, recordPlaceOf } from './job-place.ts';

/** The stream of jobs, with the values beside it. */
export function recordsOfJobs(
  connection: JetStreamConnection,
  place: { stream: string; root: string },
  retentionMs: number,
): RecordStream {
  return new RecordStream({
    connection,
    ...recordPlaceOf(place),
    description: 'Spark: jobs, each the messages below one subject',
    valuesTtlMs: retentionMs,
  });
}

/** Creates the streams of jobs on the bus, as an administrator. Idempotent. @returns what was done with each stream */
export async function provisionJobs(
  connection: JetStreamConnection,
  retentionMs: number,
): Promise<ReadonlyMap<string, Provisioned>> {
  const records = recordsOfJobs(connection, JOBS_PLACE, retentionMs);
  const done = await records.provisionAll();
  await provisionContents(connection, contentsOf(JOBS_PLACE.stream));
  return new Map([[records.settings.name, done]]);
}
