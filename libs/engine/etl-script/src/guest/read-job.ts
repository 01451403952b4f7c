import type { CompiledScript } from '../compile/compile-script.ts';
import type { Job, Reply } from './messages.ts';
import { passJob } from './pass-job.ts';
import { projectJob } from './project-job.ts';

/** Does a job whose script can be interpreted without running it; null when it has to be run. */
export function readJob(script: CompiledScript, job: Job, onProgress: () => void): Reply | null {
  const { documents } = job;
  if (!documents) return null;
  if (script.projection) return projectJob(script, script.projection, job, documents, onProgress);
  return script.passesThrough ? passJob(job, documents, onProgress) : null;
}
