import type { Job, JobProgress } from '../job/job.ts';
import { withoutSecrets } from '../job/secrets.ts';
import { isRunning } from '../job/status.ts';
import type { StoredJob } from '../job/store.ts';

/** A job as it is shown. */
export function viewOf({ job, revision }: StoredJob, progress?: JobProgress) {
  const { options, submittedBy, input, result, status, transitions, transformation, ...more } = job;
  const { order, fingerprint, batchSize, dueAt, ...rest } = more;
  void [order, fingerprint, batchSize, dueAt];
  return {
    ...rest,
    status,
    transformation: withoutSecrets(transformation),
    submittedBy: submittedBy.subject,
    timeoutMs: options.timeoutMs,
    queueTimeoutMs: options.queueTimeoutMs,
    runAt: options.runAt,
    retry: options.retry,
    cache: options.cache,
    onDocumentFailure: options.onDocumentFailure,
    progress: isRunning(status) ? (progress ?? job.progress) : job.progress,
    input: input && {
      form: input.form,
      documents: input.documents,
      bytes: input.bytes,
      sha256: input.sha256,
    },
    result: result && {
      bytes: result.bytes,
      documents: result.documents,
      failed: result.failed,
      sha256: result.sha256,
      cached: result.cached,
      fromJobId: result.fromJobId,
      expiresAt: result.expiresAt,
    },
    transitions: transitions.map(({ status: to, at, by }) => ({ status: to, at, by })),
    revision,
  };
}

/** A job as it is shown. */
export type JobView = ReturnType<typeof viewOf>;

/** What the event feeds say of a change, or of progress. */
export function eventOf(job: Job, progress?: JobProgress) {
  const { jobId, status, transitions, attempt, backend, name, labels, batchId, cause } = job;
  return {
    jobId,
    status,
    at: transitions.at(-1)?.at ?? job.createdAt,
    attempt,
    backend,
    name,
    labels,
    batchId,
    ...(progress === undefined ? {} : { progress }),
    ...(cause === null ? {} : { cause }),
  };
}

/** What the event feeds say. */
export type JobEventData = ReturnType<typeof eventOf>;
