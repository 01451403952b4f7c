import { parentPort, workerData } from 'node:worker_threads';
import type { SandboxLimits } from '../quickjs/limits.ts';
import { OPENING, type WorkerMessage, type WorkerSettings } from './messages.ts';

/** The thread as the work in it sees it. */
export interface WorkerThread {
  readonly limits: SandboxLimits;
  /** Signals progress. The main thread terminates this thread after an item's time without a beat. */
  beat(): void;
  /** Runs `open` without counting it as an item's time. */
  whileOpening<T>(open: () => Promise<T>): Promise<T>;
}

/** Does the jobs of one thread. */
export interface JobServer<Job, Reply> {
  /** An error here ends the thread, which its owner notices. */
  answer(job: Job): Promise<Reply>;
  /** The buffers of a reply that are transferred instead of copied. Absent: none. */
  transfers?(reply: Reply): ArrayBuffer[];
  /** Runs after the answer was sent and before the next job. */
  settle(job: Job): Promise<void>;
}

/** Makes this thread serve a `BoundedWorker`, one job at a time. Called once, by the thread's own file. */
export function serveJobs<Job, Reply>(make: (thread: WorkerThread) => JobServer<Job, Reply>): void {
  const { beats: shared, ...limits } = workerData as WorkerSettings;
  const beats = new Int32Array(shared);
  const beat = (): void => void Atomics.add(beats, 0, 1);
  const server = make({
    limits,
    beat,
    whileOpening: async (open) => {
      Atomics.store(beats, OPENING, 1);
      const opened = await open();
      beat();
      Atomics.store(beats, OPENING, 0);
      return opened;
    },
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has none
  const say = (message: WorkerMessage<Reply>, transfers: ArrayBuffer[] = []): void =>
    parentPort?.postMessage(message, transfers);
  const serve = async (job: Job): Promise<void> => {
    const reply = await server.answer(job);
    say({ type: 'reply', reply }, server.transfers?.(reply));
    await server.settle(job);
  };
  let queue = Promise.resolve();
  parentPort?.on('message', (job: Job) => {
    queue = queue.then(() => serve(job));
  });
  say({ type: 'ready' });
}
