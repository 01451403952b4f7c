import type { CompiledScript } from '../compile/compile-script.ts';
import type { Job, Reply } from '../guest/messages.ts';
import type { Projection } from '../json/project.ts';
import { readJob } from '../guest/read-job.ts';

// What a live change usually is; it takes some ten microseconds.
const FEW_DOCUMENTS = 16;
const FEW_BYTES = 16 * 1024;
// Each takes as much as the largest field has.
const FEW_GAPS = 128;

/** A few small documents of a script that is read instead of run: the way to a worker and back takes longer than the work. */
export function suitsTheSpot(
  { projection, passesThrough }: CompiledScript,
  documents: readonly { document?: Uint8Array }[],
): boolean {
  if (!projection && !passesThrough) return false;
  if (documents.length > FEW_DOCUMENTS || gapsOf(projection) > FEW_GAPS) return false;
  return documents.reduce((sum, { document }) => sum + (document?.byteLength ?? 0), 0) <= FEW_BYTES;
}

/** Does such a job without a worker: nothing of the user's is executed. Null when a worker had better fail at it. */
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
