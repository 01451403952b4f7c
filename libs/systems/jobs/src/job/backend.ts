import type { CancelProof, JobCause, JobKind, JobOptions, JobProgress, JobTransformation } from './job.ts';

/**
 * How long a run or a queued job waits for an instance that has its backend, in milliseconds: instances are replaced one after the
 * other, and only some may have it meanwhile.
 */
export const ABSENT_MS = 300_000;

/** One execution of a job, as a backend receives it. */
export interface JobRun {
  /** `{jobId}:{attempt}`. A backend starts at most one run per id. */
  runId: string;
  jobId: string;
  attempt: number;
  name: string;
  transformation: JobTransformation;
  options: Pick<JobOptions, 'onDocumentFailure' | 'timeoutMs'>;
  /** The submitter; workers are shared fairly between submitters. */
  submitter: string;
  input: RunInput;
}

/** The input of a run. */
export interface RunInput {
  form: 'documents' | 'value' | 'none';
  bytes: number;
  documents: number;
  /** NDJSON lines, or the JSON text of the value, in parts of any size. May be called more than once. */
  read(): AsyncIterable<Uint8Array>;
}

/** A run that a backend knows, in the backend's own terms; it is stored, so it is plain data. */
export interface RunHandle {
  runId: string;
  /** Other ids with which the backend finds the run again. Stored and shown as the job's `external`. */
  external?: Record<string, string>;
}

/** A run that another process has started, from the job's record. */
export interface KnownRun {
  /** The run as it would be started. */
  run: JobRun;
  startedAt: string;
  /** The handle's `external`, if it was stored. */
  external?: Record<string, string>;
}

/** What a backend reports about a run while it is observed; `ended` is the last. */
export type RunEvent = { type: 'progress'; progress: JobProgress } | { type: 'log'; line: string } | RunEnded;

/** How a run ended. */
export type RunEnded =
  | { type: 'ended'; outcome: 'succeeded'; form: 'documents' | 'value'; documents: number; failed: number }
  | { type: 'ended'; outcome: 'failed'; cause: JobCause }
  | { type: 'ended'; outcome: 'cancelled' }
  /** The backend no longer has the run, and nothing of it is running: the job is run again under a new id. */
  | { type: 'ended'; outcome: 'lost'; cause: JobCause };

/** Whether a backend accepts runs at the moment. */
export interface BackendHealth {
  available: boolean;
  reason: string | null;
}

/** Executes jobs. */
export interface JobBackend {
  readonly name: string;
  /** What it can execute, and whether a second `start` under the same id is harmless. */
  readonly capabilities: {
    kinds: readonly JobKind[];
    idempotentStart: boolean;
    /** Its runs end with this process, and other processes cannot see them. */
    local?: boolean;
    /** Only gets jobs that name it: `auto` does not choose it. */
    onRequest?: boolean;
    /** How many runs this process executes there at once. Absent: as many as it executes in total. */
    atOnce?: number;
  };
  /** Whether it has what this transformation needs. Absent: it supports all transformations of its kinds. */
  accepts?(transformation: JobTransformation): boolean;
  /**
   * The names of its handlers, where it knows them all: a job for a handler that no worker has any more fails instead of waiting.
   * Absent: it may have any.
   */
  handlers?(): readonly string[];
  /** @param kind the kind of the waiting job, if that matters */
  health(signal: AbortSignal, kind?: JobKind): Promise<BackendHealth>;
  /**
   * Starts a run. If it knows the id, it starts nothing and returns the handle of that run.
   * @throws {RunRefusedError} when it never will; after any other error, the job is tried again as another run, ten times at most
   */
  start(run: JobRun, signal: AbortSignal): Promise<RunHandle>;
  /**
   * A run that was started before, perhaps by another instance. `unknown`: it can be started again; `cannot-tell`: it may be
   * running, and is looked for again later.
   */
  find(runId: string, known?: KnownRun): Promise<RunHandle | 'unknown' | 'cannot-tell'>;
  /** The events of a run from now on. An ended run yields its end immediately. */
  observe(handle: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent>;
  /**
   * Stops a run. Returns the proof when nothing of it is running, or `ended` when the request came too late.
   * @param signal aborted when nobody waits for the answer
   * @throws when the request failed: it is repeated
   */
  cancel(handle: RunHandle, signal?: AbortSignal): Promise<CancelProof | 'ended'>;
  /**
   * The result of a run that has succeeded.
   * @throws {RunRefusedError} if it is invalid: the job fails. After any other error it is read again, five attempts in all; then the run counts as
   * lost
   */
  result(handle: RunHandle): AsyncIterable<Uint8Array>;
  /** Releases a run; harmless for an unknown one. */
  release(handle: RunHandle): Promise<void>;
  /**
   * Where runs outlive this process: stops following one that another process now executes, or that is left to the next one. The
   * run itself continues.
   */
  leave?(handle: RunHandle): Promise<void>;
  /** Releases what it holds here when the application ends. */
  close?(): Promise<void>;
}

/** A backend refuses a run permanently; `cause` becomes the job's cause. */
export class RunRefusedError extends Error {
  override readonly name = 'RunRefusedError';
  readonly reason: JobCause;

  constructor(reason: JobCause) {
    super(reason.message);
    this.reason = reason;
  }
}
