import type { SandboxLimits } from '../quickjs/limits.ts';

/** What a worker thread is started with. */
export interface WorkerSettings extends SandboxLimits {
  /** A counter, which grows whenever the worker makes progress, and at OPENING whether it opens a sandbox. */
  beats: SharedArrayBuffer;
}

/** The place among the beats that is 1 while a sandbox is opened: no program runs then. */
export const OPENING = 1;

/** What a worker thread says. */
export type WorkerMessage<Reply> = { type: 'ready' } | { type: 'reply'; reply: Reply };
