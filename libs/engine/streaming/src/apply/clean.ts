import type { Checkpoint, SourceIdentity } from '@nestjs-spark/contracts/internal';
import { etagsBehind, isReadFrom } from '../task/place.ts';

/** What both sides say of a task, and where its source is, at one moment. */
export interface CleanFacts {
  /** The requester says that the copy is complete. */
  complete: boolean;
  checkpoint: Checkpoint | null;
  /** The owner's database as it is at this moment. */
  source: SourceIdentity;
  /** Documents set aside at the owner and at the requester. */
  setAside: number;
}

/**
 * Whether nobody has anything to complain of: the copy is complete, nothing of the source is still to come, and nothing is set
 * aside. Whenever this is so the target is equal to what the script makes of the source at that moment: no document is
 * missing, none is wrong, none is left over. The simulation holds the protocol to it after each step, the system and failure
 * tests at their end. Pure.
 */
export function isClean({ complete, checkpoint, source, setAside }: CleanFacts): boolean {
  if (!complete || checkpoint === null || setAside > 0) return false;
  const { databaseId, lastEtag: etag, witness } = source;
  const applied = { databaseId: checkpoint.databaseId, etag: checkpoint.to };
  return (
    isReadFrom({ databaseId, etag, witness }, checkpoint) && etagsBehind(applied, { databaseId, etag }) === 0
  );
}
