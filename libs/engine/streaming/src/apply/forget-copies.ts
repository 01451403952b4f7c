import { VersionConflictError } from '@nestjs-spark/contracts';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import type { RefusedUnit } from './isolate-refused.ts';
import { removeCopies } from './remove-copies.ts';

/** The outcome for copies that are no longer wanted. */
export interface Forgotten {
  removed: number;
  /** Copies that the store refuses to delete, and why. While there are any, the checkpoint stays, so that they can be found. */
  kept: { id: string; reason: string }[];
}

/** Removes all copies of a name, then their checkpoint. */
export async function forgetCopies(
  sink: Pick<ChangeSink, 'apply' | 'readCheckpoint' | 'copies' | 'removeCheckpoint'>,
  name: string,
  refusedAfterMs: readonly number[],
): Promise<Forgotten> {
  let removed = 0;
  for (;;) {
    const stored = await sink.readCheckpoint(name);
    if (!stored) return { removed, kept: [] };
    const kept: RefusedUnit[] = [];
    const keep = async (units: RefusedUnit[]): Promise<void> => void kept.push(...units);
    try {
      const after = await removeCopies({ sink, refusedAfterMs, keep }, stored, sink.copies(name));
      removed += after.checkpoint.documentsDeleted - stored.checkpoint.documentsDeleted;
      if (kept.length === 0) await sink.removeCheckpoint(after);
      return { removed, kept: kept.map(({ id, reason }) => ({ id, reason })) };
    } catch (error) {
      // A late writer moved the checkpoint: remove what it wrote too.
      if (!(error instanceof VersionConflictError)) throw error;
    }
  }
}
