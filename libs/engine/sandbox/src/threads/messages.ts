import type { SandboxLimits } from '../quickjs/limits.ts';

/** What a worker thread is started with. */
export interface WorkerSettings extends SandboxLimits {
  /** A counter that grows whenever the worker makes progress, and at OPENING whether it is opening a sandbox. */
  beats: SharedArrayBuffer;
}

/** Index of the beat that is 1 while a sandbox is being opened: no program runs then. */
export const OPENING = 1;

/** What a worker thread sends. */
export type WorkerMessage<Reply> = { type: 'ready' } | { type: 'reply'; reply: Reply };
