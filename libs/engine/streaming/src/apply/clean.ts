import type { Checkpoint, SourceIdentity } from '@nestjs-spark/contracts/internal';
import { etagsBehind, isReadFrom } from '../task/place.ts';

/** What both sides report about a task, and the state of its source, at one moment. */
export interface CleanFacts {
  /** The requester reports the copy as complete. */
  complete: boolean;
  checkpoint: Checkpoint | null;
  /** The owner's database at this moment. */
  source: SourceIdentity;
  /** Documents set aside at the owner and at the requester. */
  setAside: number;
}

/**
 * Whether no side has anything to report: the copy is complete, nothing of the source is still to come, and nothing is set aside.
 * Whenever this is true, the target equals what the script makes of the source at that moment: no document is missing, wrong or
 * left over. The simulation checks this after each step, the system and failure tests at their end. Pure.
 */
export function isClean({ complete, checkpoint, source, setAside }: CleanFacts): boolean {
  if (!complete || checkpoint === null || setAside > 0) return false;
  const { databaseId, lastEtag: etag, witness } = source;
  const applied = { databaseId: checkpoint.databaseId, etag: checkpoint.to };
  return (
    isReadFrom({ databaseId, etag, witness }, checkpoint) && etagsBehind(applied, { databaseId, etag }) === 0
  );
}
