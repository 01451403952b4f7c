import type { Job, JobProgress } from '../job/job.ts';
import { withoutSecrets } from '../job/secrets.ts';
import { isRunning } from '../job/status.ts';
import type { StoredJob } from '../job/store.ts';

/** A job as it is shown: what is not named here stays inside. */
export function viewOf({ job, revision }: StoredJob, progress?: JobProgress) {
  const { options, input, result, status } = job;
  return {
    jobId: job.jobId,
    name: job.name,
    status,
    transformation: withoutSecrets(job.transformation),
    backend: job.backend,
    backendRequested: job.backendRequested,
    backendReason: job.backendReason,
    priority: job.priority,
    labels: job.labels,
    metadata: job.metadata,
    submittedBy: job.submittedBy.subject,
    timeoutMs: options.timeoutMs,
    queueTimeoutMs: options.queueTimeoutMs,
    runAt: options.runAt,
    retry: options.retry,
    cache: options.cache,
    onDocumentFailure: options.onDocumentFailure,
    attempt: job.attempt,
    attempts: job.attempts,
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
    cause: job.cause,
    cancel: job.cancel,
    batchId: job.batchId,
    retryOf: job.retryOf,
    external: job.external,
    transitions: job.transitions.map(({ status: to, at, by }) => ({ status: to, at, by })),
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    revision,
  };
}

/** A job as the API shows it. */
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

/** The data of an event in the feeds. */
export type JobEventData = ReturnType<typeof eventOf>;
