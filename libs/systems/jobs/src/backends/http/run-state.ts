import { isListOf, isObjectOf, isOneOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import { JOB_KINDS, type JobCause, type JobProgress } from '../../job/job.ts';

/** A backend's report on a run: `GET /runs/{runId}`. */
export interface HttpRunState {
  state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  progress?: JobProgress;
  /** The last lines of the run's log. */
  log?: string;
  cause?: {
    code?: string;
    message: string;
    class?: 'user' | 'backend' | 'resource';
    line?: number;
    column?: number;
  };
  /** For a successful run: whether the result is lines or a single value, and the number of its documents. */
  form?: 'documents' | 'value';
  documents?: number;
  failed?: number;
}

const MOST_LOG = 64 * 1024;

export const isHttpRunState = isObjectOf(
  { state: isOneOf('running', 'succeeded', 'failed', 'cancelled') },
  {
    progress: isObjectOf({ done: isWhole, total: isWhole }),
    log: isText(MOST_LOG),
    cause: isObjectOf(
      { message: isText() },
      { code: isText(100), class: isOneOf('user', 'backend', 'resource'), line: isWhole, column: isWhole },
    ),
    form: isOneOf('documents', 'value'),
    documents: isWhole,
    failed: isWhole,
  },
);

/** A backend's report on itself: `GET /health`. Without kinds it only gets jobs that name it. */
export const isHttpHealth = isObjectOf({}, { kinds: isListOf(isOneOf(...JOB_KINDS), JOB_KINDS.length) });

/** The cause of a failed run, with its log. */
export function causeFrom({ cause, log }: HttpRunState, backend: string): JobCause {
  const given = cause ?? { message: `${backend} gave no reason` };
  return {
    class: given.class ?? 'user',
    code: given.code ?? 'failed',
    message: given.message,
    ...(given.line === undefined ? {} : { line: given.line }),
    ...(given.column === undefined ? {} : { column: given.column }),
    ...(log ? { log } : {}),
  };
}
