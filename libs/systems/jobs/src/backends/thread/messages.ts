import type { JobContext } from '../../job/handler.ts';
import type { JobProgress } from '../../job/job.ts';

/** What a thread is started with: one run of one handler. */
export interface ThreadRun extends Pick<JobContext, 'jobId' | 'runId' | 'attempt'> {
  /** The name of the handler's class, and the URL of the file that exports it. */
  className: string;
  file: string;
  input: unknown;
}

/** What a thread says. What it is told is one message: why it has to end. */
export type ThreadMessage =
  | { type: 'progress'; progress: JobProgress }
  | { type: 'log'; line: string }
  | { type: 'made'; json: string }
  | { type: 'failed'; message: string };
