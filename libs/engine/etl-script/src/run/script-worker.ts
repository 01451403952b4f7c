import { moduleBeside } from '@nestjs-spark/foundation/text';
import { BoundedWorker, type SandboxLimits, type WorkerSlots } from '@nestjs-spark/sandbox';
import type { Job, Reply } from '../guest/messages.ts';

/** A worker thread that runs scripts. */
export type ScriptWorker = BoundedWorker<Job, Reply>;
export type ScriptWorkerSlots = WorkerSlots<ScriptWorker>;

const file = moduleBeside(import.meta.url, '../guest/worker');

export function startScriptWorker(limits: SandboxLimits): ScriptWorker {
  return new BoundedWorker<Job, Reply>({
    file,
    limits,
    transfers: ({ documents, loads }) =>
      [documents?.buffer, loads?.buffer].filter((buffer) => buffer !== undefined),
  });
}
