import { Worker } from 'node:worker_threads';
import { describeError } from '@nestjs-spark/foundation';
import { moduleBeside, runsFromSource } from '@nestjs-spark/foundation/internal';
import type { JobContext, JobHandler } from '../../job/handler.ts';
import type { ThreadMessage, ThreadRun } from './messages.ts';

// The time in milliseconds that a handler gets to clean up after its signal was aborted.
const GRACE_MS = 200;
/** The limit of a thread's JavaScript heap, in MiB. */
const HEAP_MB = 1_024;

const program = moduleBeside(import.meta.url, './handler-thread');

/** Executes each run of a handler in its own thread, which ends with the run. */
export class ThreadHandler implements JobHandler {
  readonly #className: string;
  readonly #file: string;
  readonly #heapMb: number;

  /** @param file the URL of the file that exports the class */
  constructor(className: string, file: string, heapMb = HEAP_MB) {
    this.#className = className;
    this.#file = file;
    this.#heapMb = heapMb;
  }

  /** @throws {Error} the handler's own error, or the reason why its thread was lost */
  async run(input: unknown, context: JobContext): Promise<unknown> {
    const { jobId, runId, attempt, signal } = context;
    signal.throwIfAborted();
    const workerData: ThreadRun = {
      className: this.#className,
      file: this.#file,
      input,
      jobId,
      runId,
      attempt,
    };
    // A thread does not inherit the condition that makes the process load packages from source.
    const execArgv = runsFromSource(import.meta.url)
      ? { execArgv: ['--conditions=@nestjs-spark/source'] }
      : {};
    const resourceLimits = { maxOldGenerationSizeMb: this.#heapMb };
    const thread = new Worker(program, { workerData, resourceLimits, ...execArgv });
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    const end = (): void => void thread.terminate();
    const stop = (): void => {
      thread.postMessage(describeReason(signal.reason), []);
      setTimeout(end, GRACE_MS).unref();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#outcome(thread, context);
    } finally {
      signal.removeEventListener('abort', stop);
      end();
      await ended;
    }
  }

  #outcome(thread: Worker, { progress, log }: JobContext): Promise<unknown> {
    const outcome = Promise.withResolvers<unknown>();
    const heed = (message: ThreadMessage): void => {
      if (message.type === 'progress') progress(message.progress);
      else if (message.type === 'log') log(message.line);
      else if (message.type === 'made') outcome.resolve(JSON.parse(message.json));
      else outcome.reject(new Error(message.message));
    };
    thread.on('message', (message: ThreadMessage) => {
      try {
        heed(message);
      } catch (error) {
        // A handler may say anything; nobody catches what is thrown to a listener, and the process would end.
        outcome.reject(new Error(`The handler's thread sent an unusable message: ${describeError(error)}`));
      }
    });
    thread.on('error', (error) => outcome.reject(error));
    thread.on('exit', (code) => {
      outcome.reject(new Error(`The handler's thread exited with code ${code} without a result`));
    });
    return outcome.promise;
  }
}

const describeReason = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
