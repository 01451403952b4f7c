import type { JobContext } from '../../job/handler.ts';
import type { JobProgress } from '../../job/job.ts';

/** The data that a thread is started with: one run of one handler. */
export interface ThreadRun extends Pick<JobContext, 'jobId' | 'runId' | 'attempt'> {
  /** The name of the handler's class, and the URL of the file that exports it. */
  className: string;
  file: string;
  input: unknown;
}

/** A message from a thread. The only message to a thread is the reason to stop. */
export type ThreadMessage =
  | { type: 'progress'; progress: JobProgress }
  | { type: 'log'; line: string }
  | { type: 'made'; json: string }
  | { type: 'failed'; message: string };
