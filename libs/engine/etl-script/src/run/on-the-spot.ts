import type { CompiledScript } from '../compile/compile-script.ts';
import type { Job, Reply } from '../guest/messages.ts';
import type { Projection } from '../json/project.ts';
import { readJob } from '../guest/read-job.ts';

// The usual size of a live change; it takes about ten microseconds.
const FEW_DOCUMENTS = 16;
const FEW_BYTES = 16 * 1024;
// Each may take as much memory as the largest field.
const FEW_GAPS = 128;

/**
 * Whether a job is a few small documents of a script that is interpreted without running: the round trip to a worker would take
 * longer than the work.
 */
export function suitsTheSpot(
  { projection, passesThrough }: CompiledScript,
  documents: readonly { document?: Uint8Array }[],
): boolean {
  if (!projection && !passesThrough) return false;
  if (documents.length > FEW_DOCUMENTS || gapsOf(projection) > FEW_GAPS) return false;
  return documents.reduce((sum, { document }) => sum + (document?.byteLength ?? 0), 0) <= FEW_BYTES;
}

/** Does such a job without a worker: none of the user's code is executed. Null when it is better for a worker to fail at it. */
export function readOnTheSpot(script: CompiledScript, job: Job): Reply | null {
  try {
    return readJob(script, job, () => {});
  } catch {
    return null;
  }
}

function gapsOf(projection: Projection | null): number {
  return projection?.loads.reduce((sum, { gaps }) => sum + gaps.length, 0) ?? 0;
}
