export { GuestContext, type GuestHandle } from './quickjs/guest-context.ts';
export { LEAST_MEMORY_MIB, type SandboxLimits } from './quickjs/limits.ts';
export {
  MemoryWantedError,
  Sandbox,
  SandboxBrokenError,
  type SandboxFailureKind,
  type SandboxOptions,
} from './quickjs/sandbox.ts';
export {
  BoundedWorker,
  type BoundedWorkerOptions,
  WorkerLostError,
  WorkerStartError,
} from './threads/bounded-worker.ts';
export { type JobServer, serveJobs, type WorkerThread } from './threads/serve-jobs.ts';
export {
  type Claim,
  PoolClosedError,
  type PooledWorker,
  type SlotOptions,
  type TurnTaken,
  type WorkerSize,
  WorkerSlots,
} from './threads/worker-slots.ts';
