import type { JobStatus } from './status.ts';

/** What a job does. */
export type JobTransformation =
  | { kind: 'script'; collection: string; script: string }
  | { kind: 'handler'; handler: string }
  | { kind: 'sql'; sql: string; args?: unknown }
  | { kind: 'spark-app'; resource: string; args?: string[]; properties?: Record<string, string> };

/** How a job transforms: by a script, by a handler of the application, or on Apache Spark. */
export type JobKind = JobTransformation['kind'];

/** Every kind. */
export const JOB_KINDS = ['script', 'handler', 'sql', 'spark-app'] as const satisfies readonly JobKind[];

/** How a failed job is tried again. */
export interface JobRetry {
  /** The maximum number of runs. */
  attempts: number;
  /** The pause before the second run, the third and so on; the last one is used for all that follow. */
  delaysSeconds: number[];
}

/** How a job is executed, with every default filled in. */
export interface JobOptions {
  timeoutMs: number;
  queueTimeoutMs: number | null;
  runAt: string | null;
  retry: JobRetry;
  cache: 'use' | 'refresh' | 'off';
  onDocumentFailure: 'keep' | 'fail';
}

/** Bytes that a job takes in or gives out: in the record where they are few, by name in the store otherwise. */
export interface Content {
  bytes: number;
  sha256: string;
  /** The text itself. */
  inline?: string;
  /** The name under which the store has it. */
  object?: string;
}

/** What a job works on: documents as NDJSON lines `{"id","document"}`, or one JSON value. */
export interface JobInput extends Content {
  form: 'documents' | 'value';
  /** How many documents; 1 for a value. */
  documents: number;
}

/** What a run of a job made: NDJSON lines in the input's order, or one JSON value. */
export interface JobResult extends Content {
  form: 'documents' | 'value';
  documents: number;
  /** How many of the documents have failed. */
  failed: number;
  cached: boolean;
  /** The job whose result this is, where it comes from the cache. */
  fromJobId: string | null;
  expiresAt: string;
}

/**
 * What caused a failure: the `user` (script, handler), the `backend`, a `resource` that was exhausted, the `timeout`, or
 * nobody, because the run was `lost` with its owner.
 */
export type CauseClass = (typeof CAUSE_CLASSES)[number];

/** Every class of causes. */
export const CAUSE_CLASSES = ['user', 'backend', 'resource', 'timeout', 'lost'] as const;

/** Why a run, or a job, has failed. */
export interface JobCause {
  class: CauseClass;
  code: string;
  message: string;
  line?: number;
  column?: number;
  log?: string;
}

/** How it is known that nothing of a cancelled job is still running. */
export interface CancelProof {
  /** `queue`: it never started; `thread`: its thread has ended; `handler`: its promise has settled. Other backends add their own. */
  source: string;
  observed: string;
  at: string;
}

/** A request to cancel a job. */
export interface JobCancel {
  requestedAt: string;
  reason: string | null;
  proof: CancelProof | null;
}

/** One execution of a job. */
export interface JobAttempt {
  number: number;
  runId: string;
  backend: string;
  /** The instance that executes it. */
  owner: string;
  startedAt: string;
  endedAt: string | null;
  outcome: 'succeeded' | 'failed' | 'cancelled' | 'timed-out' | 'lost' | null;
  cause: JobCause | null;
  /** How often it was started again, because the process in which it ran had ended. Absent: never. */
  restarts?: number;
  /** Since when no instance that was handed the job has had its backend. Absent: one has it. */
  absentSince?: string;
}

/** Why a job runs where it runs. */
export interface BackendReason {
  rule: 'explicit' | 'only' | 'history' | 'size' | 'available';
  /** Every backend for its kind. `estimateMs` is what earlier runs suggest; null: too few are known. */
  considered: { backend: string; available: boolean; estimateMs: number | null; why: string }[];
}

/** How a submitter was recognized. */
export const SUBMITTER_KINDS = ['jwt', 'token', 'operator', 'open', 'application'] as const;

/** Who submitted a job. */
export interface Submitter {
  /** How it was recognized: an issuer may give a user the name of a static token's holder. `application`: not through the API. */
  kind: (typeof SUBMITTER_KINDS)[number];
  subject: string;
  tenant: string | null;
}

/** A change of a job's status. */
export interface JobTransition {
  status: JobStatus;
  at: string;
  by: string;
  /** The number of the change that brought it; absent until it is stored. */
  revision?: number;
}

/** A job as a store keeps it: all that is known, in each of its states. */
export interface Job {
  jobId: string;
  /** Its place among all jobs by creation; null until it is stored. */
  order: number | null;
  name: string;
  status: JobStatus;
  transformation: JobTransformation;
  backend: string | null;
  backendRequested: string;
  backendReason: BackendReason | null;
  priority: number;
  labels: string[];
  metadata: Record<string, unknown>;
  /** Whether its metadata or arguments have numbers that JavaScript would write differently. Absent: they have none. */
  hasExactNumbers?: true;
  submittedBy: Submitter;
  options: JobOptions;
  /** SHA-256 of the submission: the same key or batch with another one is a conflict. Empty for a job that has neither. */
  fingerprint: string;
  attempt: number;
  attempts: JobAttempt[];
  progress: JobProgress;
  input: JobInput | null;
  result: JobResult | null;
  cause: JobCause | null;
  cancel: JobCancel | null;
  batchId: string | null;
  /** How many jobs its batch has. */
  batchSize: number | null;
  retryOf: string | null;
  external: Record<string, unknown>;
  transitions: JobTransition[];
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** When a job that waits for a time is queued. */
  dueAt: string | null;
}

/** How much of its input a job has processed. */
export interface JobProgress {
  done: number;
  total: number;
}
