import { ProblemError } from '@nestjs-spark/contracts';
import type { Job, JobCause, JobOptions, Submitter } from './job.ts';

/** What a job may take of its record when it is submitted. The rest is for what its runs add, so that every job can end. */
export const MOST_SUBMITTED_BYTES = 512 * 1024;
/** What a record may have: below the usual `max_payload` of NATS, 1 MiB with the headers. */
const MOST_RECORD_BYTES = 1_000_000;

const LONGEST_LOG = 16 * 1024;
const LONGEST_MESSAGE = 1_000;

/** A submission of so many characters always fits: each is six bytes at most (`\\u0001`), and the rest of a record is small. */
const SURELY_FITS = 64 * 1024;

/**
 * @param written how many characters its submission had
 * @throws {ProblemError} `tooLarge` (413) for a job that takes too much of its record
 */
export function requireRoom(job: Job, written: number, pointer = ''): void {
  if (written <= SURELY_FITS) return;
  const bytes = bytesOf(job);
  if (bytes <= MOST_SUBMITTED_BYTES) return;
  const detail = `Without the documents that are stored separately, the job has ${bytes} bytes; the limit is ${MOST_SUBMITTED_BYTES}. Keep metadata, statements and arguments short, and send what is to be processed as input.`;
  throw new ProblemError('tooLarge', detail, { errors: [{ pointer, detail }] });
}

/**
 * The job as its record is written: without what is null, which is a fifth of a queued job and which `readJob` adds again, and
 * without the part of its logs and long messages that does not fit.
 */
export function recordOf(job: Job): Buffer {
  const whole = Buffer.from(textOf(job));
  if (whole.byteLength <= MOST_RECORD_BYTES) return whole;
  const attempts = job.attempts.map((attempt) => ({ ...attempt, cause: cut(attempt.cause, 0) }));
  return Buffer.from(textOf({ ...job, attempts, cause: cut(job.cause, LONGEST_LOG) }));
}

/** JSON omits a field that is undefined; the compiler still requires each, so none is forgotten. */
type Written<T> = {
  [Name in keyof T]: null extends T[Name] ? Exclude<T[Name], null> | undefined : T[Name];
};

/** Field by field, in one object: iterating over the fields took most of the time of writing a job. */
function textOf(job: Job): string {
  const submittedBy: Written<Submitter> = {
    ...job.submittedBy,
    tenant: job.submittedBy.tenant ?? undefined,
  };
  const options: Written<JobOptions> = {
    ...job.options,
    queueTimeoutMs: job.options.queueTimeoutMs ?? undefined,
    runAt: job.options.runAt ?? undefined,
  };
  const written: Omit<Written<Job>, 'submittedBy' | 'options'> = {
    ...job,
    order: job.order ?? undefined,
    backend: job.backend ?? undefined,
    backendReason: job.backendReason ?? undefined,
    input: job.input ?? undefined,
    result: job.result ?? undefined,
    cause: job.cause ?? undefined,
    cancel: job.cancel ?? undefined,
    batchId: job.batchId ?? undefined,
    batchSize: job.batchSize ?? undefined,
    retryOf: job.retryOf ?? undefined,
    startedAt: job.startedAt ?? undefined,
    endedAt: job.endedAt ?? undefined,
    dueAt: job.dueAt ?? undefined,
  };
  return JSON.stringify({ ...written, submittedBy, options });
}

function cut(cause: JobCause | null, longestLog: number): JobCause | null {
  if (cause === null) return null;
  const { log, ...rest } = cause;
  const message = rest.message.slice(0, LONGEST_MESSAGE);
  // The end of a log says what went wrong.
  return { ...rest, message, ...(log && longestLog > 0 ? { log: log.slice(-longestLog) } : {}) };
}

function bytesOf(job: Job): number {
  return Buffer.byteLength(JSON.stringify(job));
}
