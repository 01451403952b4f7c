import { Worker } from 'node:worker_threads';
import type { SandboxLimits } from '../quickjs/limits.ts';
import { OPENING, type WorkerMessage, type WorkerSettings } from './messages.ts';
import type { PooledWorker, WorkerSize } from './worker-slots.ts';

const LOOK_EVERY_MS = 50;
const START_MS = 20_000;
// A sandbox stops a program itself if it can; this much later it is no longer waited for.
const GRACE_MS = 100;
// Outside the sandbox a worker needs little; this is enough for a batch of the largest items.
const HEAP_MB = 256;
// A batch's texts are short-lived; with the default, the worker would hold some 50 MB of them before collecting garbage.
const YOUNG_HEAP_MB = 16;

/** A worker that ended, or was terminated, during a job. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError';
  readonly kind: 'timeout' | 'crashed';

  constructor(kind: WorkerLostError['kind'], reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
  }
}

/** No worker could be started: nothing was run, and no item is to blame. Try again later; see `cause`. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
}

interface Waiting<Reply> {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** What a thread runs, and its limits. */
export interface BoundedWorkerOptions<Job> {
  /** The file that the thread runs; it calls `serveJobs`. */
  file: URL;
  limits: SandboxLimits;
  size?: WorkerSize;
  /** The buffers of a job that are transferred instead of copied. */
  transfers(job: Job): ArrayBuffer[];
}

/** One worker thread with one sandbox, as seen from the main thread. Does one job at a time. */
export class BoundedWorker<Job, Reply> implements PooledWorker {
  /** The program that the worker has; jobs for another one must include it. */
  program: object | undefined;
  readonly size: WorkerSize;
  readonly #thread: Worker;
  readonly #beats = new Int32Array(new SharedArrayBuffer(8));
  readonly #options: BoundedWorkerOptions<Job>;
  readonly #ready: Promise<void>;
  #waiting: Waiting<Reply> | undefined;
  #ended = false;

  constructor(options: BoundedWorkerOptions<Job>) {
    this.#options = options;
    this.size = options.size ?? 'large';
    const settings: WorkerSettings = { ...options.limits, beats: this.#beats.buffer as SharedArrayBuffer };
    this.#thread = new Worker(options.file, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
      env: {},
      // A worker does not inherit the process's conditions, and sources have to import siblings as sources.
      execArgv: options.file.pathname.endsWith('.ts') ? ['--conditions=@nestjs-spark/source'] : [],
    });
    this.#ready = new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new WorkerStartError('The script worker did not start.')),
        START_MS,
      );
      late.unref();
      this.#thread.on('message', (message: WorkerMessage<Reply>) => {
        clearTimeout(late);
        if (message.type === 'ready') resolve();
        else this.#waiting?.resolve(message.reply);
      });
      const lost = (reason: string, cause?: unknown) => {
        clearTimeout(late);
        this.#ended = true;
        reject(new WorkerStartError(`The script worker did not start: ${reason}`, { cause }));
        this.#waiting?.reject(
          new WorkerLostError('crashed', `the script worker was lost: ${reason}`, { cause }),
        );
      };
      this.#thread.on('error', (error) => lost(error.message, error));
      this.#thread.on('exit', (code) => lost(`it ended with code ${code}`));
    });
    this.#ready.catch(() => {});
    this.#thread.unref();
  }

  /** Whether the worker can take another job. */
  get isUsable(): boolean {
    return !this.#ended;
  }

  /** Does one job. Throws WorkerLostError when the worker was lost or had to be ended; it is then unusable. */
  async run(job: Job): Promise<Reply> {
    this.#thread.ref();
    let watch: NodeJS.Timeout | undefined;
    try {
      await this.#ready;
      return await new Promise<Reply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        watch = this.#watch(reject);
        this.#thread.postMessage(job, this.#options.transfers(job));
      });
    } finally {
      clearInterval(watch);
      this.#waiting = undefined;
      this.#thread.unref();
    }
  }

  /** Terminates the thread immediately, whatever it does. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#thread.terminate();
  }

  /** Counts checks rather than time: a process that was suspended must not blame the running item. */
  #watch(reject: (error: Error) => void): NodeJS.Timeout {
    const allowed = Math.ceil((this.#options.limits.itemTimeoutMs + GRACE_MS) / LOOK_EVERY_MS);
    let seen = Atomics.load(this.#beats, 0);
    let looks = 0;
    return setInterval(() => {
      const beat = Atomics.load(this.#beats, 0);
      // While it opens a sandbox no program runs; on a busy machine that takes longer than an item may.
      const isOpening = Atomics.load(this.#beats, OPENING) === 1;
      looks = beat === seen ? looks + 1 : 0;
      seen = beat;
      if (looks < (isOpening ? START_MS / LOOK_EVERY_MS : allowed)) return;
      reject(
        new WorkerLostError(
          'timeout',
          `the script did not end within ${this.#options.limits.itemTimeoutMs} ms`,
        ),
      );
      void this.end();
    }, LOOK_EVERY_MS);
  }
}
