import type { RecordPlace } from '@nestjs-spark/jetstream/internal';

/** Where jobs are on the bus, when it is not said otherwise. */
export const JOBS_PLACE = { stream: 'SPARK_JOBS', root: 'spark.jobs' } as const;

/** The stream of jobs with what lies beside it. */
export function recordPlaceOf({ stream, root }: { stream: string; root: string }): RecordPlace {
  return { stream, root, values: `${stream}_CACHE` };
}

/** The bucket of inputs and results that do not fit beside the record. */
export function contentsOf(stream: string): string {
  return `${stream}_DATA`;
}

/** The part of a job that waits for its time. */
export const WAITING = 'waiting';

/** The part of a job that is not in the queue. */
export const STATE = 'state';

/** The part of a job that is in a lane; a lane may be a pattern. */
export function queuedIn(lane: string): string {
  return `queued.${lane}`;
}

/** Whether a part is one of a lane. */
export function isQueued(part: string): boolean {
  return part.startsWith('queued.');
}
