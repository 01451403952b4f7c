import type { RecordPlace } from '@nestjs-spark/jetstream/internal';

/** The default stream and subject root of jobs on the bus. */
export const JOBS_PLACE = { stream: 'SPARK_JOBS', root: 'spark.jobs' } as const;

/** The stream of jobs, and the values stored beside it. */
export function recordPlaceOf({ stream, root }: { stream: string; root: string }): RecordPlace {
  return { stream, root, values: `${stream}_CACHE` };
}

/** The bucket for inputs and results that do not fit into the record. */
export function contentsOf(stream: string): string {
  return `${stream}_DATA`;
}

/** The subject part of a job that waits for its time. */
export const WAITING = 'waiting';

/** The subject part of a job that is not in the queue. */
export const STATE = 'state';

/** The subject part of a job in a lane; the lane may be a wildcard. */
export function queuedIn(lane: string): string {
  return `queued.${lane}`;
}

/** Whether a subject part is that of a lane. */
export function isQueued(part: string): boolean {
  return part.startsWith('queued.');
}
