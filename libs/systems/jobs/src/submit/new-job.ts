import { hash, randomUUID } from 'node:crypto';
import type { Job, JobInput, JobOptions, JobTransformation, Submitter } from '../job/job.ts';
import { isWrittenExactly } from '../job/json.ts';
import type { ReadSubmission } from './read-submission.ts';

/** What a new job has beside its submission. */
export interface NewJobParts {
  jobId: string;
  input: JobInput | null;
  submittedBy: Submitter;
  fingerprint: string;
  batch: { id: string; size: number } | null;
}

/** A job as it begins: queued, or waiting for its time. */
export function newJob({ body, transformation }: ReadSubmission, parts: NewJobParts, now = new Date()): Job {
  const at = now.toISOString();
  const options = optionsOf(body);
  const isLater = options.runAt !== null && Date.parse(options.runAt) > now.getTime();
  const status = isLater ? 'Submitted' : 'Queued';
  const { jobId, input, submittedBy, fingerprint, batch } = parts;
  const { metadata = {} } = body;
  const hasExactNumbers = isWrittenExactly(metadata) || isWrittenExactly(argsOf(transformation));
  return {
    ...notRunYet(status, input, submittedBy, at),
    jobId,
    order: null,
    name: body.name,
    transformation,
    backendRequested: body.backend ?? 'auto',
    priority: body.priority ?? 5,
    labels: [...new Set(body.labels)],
    metadata,
    ...(hasExactNumbers && { hasExactNumbers }),
    submittedBy,
    options,
    fingerprint,
    input,
    batchId: batch?.id ?? null,
    batchSize: batch?.size ?? null,
    retryOf: null,
    external: {},
    dueAt: isLater ? options.runAt : null,
  };
}

function argsOf(transformation: JobTransformation): unknown {
  return transformation.kind === 'sql' ? transformation.args : undefined;
}

/** A job that has ended as a new one, which need not wait for a time any more. */
export function jobAgain(job: Job, jobId: string, now = new Date()): Job {
  return {
    ...job,
    ...notRunYet('Queued', job.input, job.submittedBy, now.toISOString()),
    jobId,
    order: null,
    options: { ...job.options, runAt: null },
    batchId: null,
    batchSize: null,
    retryOf: job.jobId,
    dueAt: null,
  };
}

/** What a job has of which nothing has run. */
function notRunYet(
  status: 'Submitted' | 'Queued',
  input: JobInput | null,
  { subject }: Submitter,
  at: string,
) {
  return {
    status,
    backend: null,
    backendReason: null,
    attempt: 0,
    attempts: [],
    progress: { done: 0, total: input?.documents ?? 0 },
    result: null,
    cause: null,
    cancel: null,
    transitions: [{ status, at, by: subject }],
    createdAt: at,
    startedAt: null,
    endedAt: null,
  };
}

function optionsOf(body: ReadSubmission['body']): JobOptions {
  return {
    timeoutMs: body.timeoutMs ?? 300_000,
    queueTimeoutMs: body.queueTimeoutMs ?? null,
    runAt: body.runAt === undefined ? null : new Date(body.runAt).toISOString(),
    retry: {
      attempts: body.retry?.attempts ?? 1,
      delaysSeconds: body.retry?.delaysSeconds?.length ? body.retry.delaysSeconds : [2, 10, 30],
    },
    cache: body.cache ?? 'use',
    onDocumentFailure: body.onDocumentFailure ?? 'keep',
  };
}

/** SHA-256 of what was submitted, so that the same key with something else is noticed. */
export function fingerprintOf({ body, transformation, input }: ReadSubmission): string {
  return sha256(JSON.stringify([{ ...body, idempotencyKey: undefined }, transformation, input]));
}

/** The id of a job: of its key and who uses it, or a new one, by the time. */
export function jobIdFor({ kind, subject, tenant }: Submitter, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return uuidV7();
  return `k${sha256(JSON.stringify([kind, tenant, subject, idempotencyKey])).slice(0, 40)}`;
}

/**
 * The ids of a batch's jobs come from its own, so that the same batch again meets itself.
 * @param isOfKey its id is that of a key: the first job has it, so that the key makes either this batch or a job, never both
 */
export function idsInBatch(batchId: string, submitter: Submitter, size: number, isOfKey: boolean): string[] {
  return Array.from({ length: size }, (_, index) =>
    index === 0 && isOfKey ? batchId : idInBatch(batchId, submitter, index),
  );
}

/** The id of a job by its place in a batch. */
export function idInBatch(batchId: string, { kind, subject, tenant }: Submitter, index: number): string {
  return `b${sha256(JSON.stringify([kind, tenant, subject, batchId])).slice(0, 32)}-${index}`;
}

/** A submitter in names of contents. */
export function submitterKey({ kind, subject, tenant }: Submitter): string {
  return sha256(JSON.stringify([kind, tenant, subject])).slice(0, 32);
}

export function sha256(text: string): string {
  return hash('sha256', text);
}

/** RFC 9562: 48 bits of time, the rest random as in version 4. */
function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
