import type { CancelProof, JobCause, JobKind, JobOptions, JobProgress, JobTransformation } from './job.ts';

/** One execution of a job, as a backend gets it. */
export interface JobRun {
  /** `{jobId}:{attempt}`; what a backend starts under one id it starts once. */
  runId: string;
  jobId: string;
  attempt: number;
  name: string;
  transformation: JobTransformation;
  options: Pick<JobOptions, 'onDocumentFailure' | 'timeoutMs'>;
  /** Whose work it is: workers are shared fairly between these. */
  submitter: string;
  input: RunInput;
}

/** What a run works on. */
export interface RunInput {
  form: 'documents' | 'value' | 'none';
  bytes: number;
  documents: number;
  /** NDJSON lines, or the JSON text of the value, in parts of any size. Can be called more than once. */
  read(): AsyncIterable<Uint8Array>;
}

/** A run that a backend knows, in the backend's own words; it is stored, so it is plain data. */
export interface RunHandle {
  runId: string;
  /** What else the backend finds the run again by, or what it is called there. Stored and shown as the job's `external`. */
  external?: Record<string, string>;
}

/** A run that another process has begun, as the job's record has it. */
export interface KnownRun {
  /** As it would be started. */
  run: JobRun;
  startedAt: string;
  /** What its handle had, if that was stored. */
  external?: Record<string, string>;
}

/** What a backend says of a run while it is observed; `ended` is the last. */
export type RunEvent = { type: 'progress'; progress: JobProgress } | { type: 'log'; line: string } | RunEnded;

/** How a run has ended. */
export type RunEnded =
  | { type: 'ended'; outcome: 'succeeded'; form: 'documents' | 'value'; documents: number; failed: number }
  | { type: 'ended'; outcome: 'failed'; cause: JobCause }
  | { type: 'ended'; outcome: 'cancelled' }
  /** The backend no longer has the run, and nothing of it runs: it is started again as another run. */
  | { type: 'ended'; outcome: 'lost'; cause: JobCause };

/** Whether a backend can take runs now. */
export interface BackendHealth {
  available: boolean;
  reason: string | null;
}

/** What executes jobs. */
export interface JobBackend {
  readonly name: string;
  /** What it can execute, and whether a second `start` under the same id is harmless. */
  readonly capabilities: {
    kinds: readonly JobKind[];
    idempotentStart: boolean;
    /** Its runs end with this process, and no other process can see them. */
    local?: boolean;
    /** Gets only jobs that name it: `auto` does not choose it. */
    onRequest?: boolean;
    /** How many runs this process executes there at once; absent: as many as it executes in all. */
    atOnce?: number;
  };
  /** Whether it has what this transformation needs; absent: it has whatever its kinds need. */
  accepts?(transformation: JobTransformation): boolean;
  /** @param kind of the job that it is for, where that matters */
  health(signal: AbortSignal, kind?: JobKind): Promise<BackendHealth>;
  /**
   * Starts a run. Under an id that it knows it starts nothing, and answers with the handle of that run.
   * @throws {RunRefusedError} when it never will; anything else is tried again as another run, ten times at most
   */
  start(run: JobRun, signal: AbortSignal): Promise<RunHandle>;
  /**
   * A run that was started before, perhaps by another instance. `unknown`: it can be started again; `cannot-tell`: it may run, and is
   * asked for again later.
   */
  find(runId: string, known?: KnownRun): Promise<RunHandle | 'unknown' | 'cannot-tell'>;
  /** What happens to a run from now on. A run that has ended says so at once. */
  observe(handle: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent>;
  /**
   * Stops a run. Answers when nothing of it runs any more, with the proof, or `ended` when it came too late.
   * @param signal aborted when nobody waits for the answer any more
   * @throws when it could not be asked for: it is asked for again
   */
  cancel(handle: RunHandle, signal?: AbortSignal): Promise<CancelProof | 'ended'>;
  /**
   * The result of a run that has succeeded.
   * @throws {RunRefusedError} when it is not what it has to be: the job fails; anything else is tried again, five times, and then the run is lost
   */
  result(handle: RunHandle): AsyncIterable<Uint8Array>;
  /** Forgets a run; harmless when it is not known. */
  release(handle: RunHandle): Promise<void>;
  /**
   * Where runs outlive this process: no longer looks at one that another process executes now, or that is left to the next one. The run
   * itself goes on.
   */
  leave?(handle: RunHandle): Promise<void>;
  /** Gives back what it holds here when the application ends. */
  close?(): Promise<void>;
}

/** A backend does not execute a run, now or later; `cause` is that of the job. */
export class RunRefusedError extends Error {
  override readonly name = 'RunRefusedError';
  readonly reason: JobCause;

  constructor(reason: JobCause) {
    super(reason.message);
    this.reason = reason;
  }
}
