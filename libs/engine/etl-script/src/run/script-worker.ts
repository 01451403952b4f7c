import { moduleBeside } from '@nestjs-spark/foundation/text';
import { BoundedWorker, type SandboxLimits, type WorkerSize, type WorkerSlots } from '@nestjs-spark/sandbox';
import type { Job, Reply } from '../guest/messages.ts';

/** A worker thread that runs scripts. */
export type ScriptWorker = BoundedWorker<Job, Reply>;
export type ScriptWorkerSlots = WorkerSlots<ScriptWorker>;

const file = moduleBeside(import.meta.url, '../guest/worker');

/** Enough for what most scripts need for a batch; the sandbox itself takes 16. */
const SMALL_MIB = 24;

/** @param limits of a large worker */
export function startScriptWorker(size: WorkerSize, limits: SandboxLimits): ScriptWorker {
  const isSmall = size === 'small' && limits.memoryMiB > SMALL_MIB;
  return new BoundedWorker<Job, Reply>({
    file,
    size,
    limits: isSmall ? { ...limits, memoryMiB: SMALL_MIB, isSmall } : limits,
    transfers: ({ documents, loads }) =>
      [documents?.buffer, loads?.buffer].filter((buffer) => buffer !== undefined),
  });
}
