import type { Checkpoint } from '@nestjs-spark/contracts/internal';
import { etagsBehind, isReadFrom, type Place, type SourcePlace } from '../task/place.ts';

export interface ReadinessFacts {
  /** As it stands in the requester's database, whoever moves it. */
  checkpoint: Checkpoint | null;
  /** Fingerprint of the declared script. */
  fingerprint: string;
  /** How far the source was when this instance began to catch up; null while that is not known. */
  target: SourcePlace | null;
  /** The copy was complete before, as this instance declares it: from then on lag is told apart from readiness. */
  caughtUp: boolean;
}

/** Says what a copy still lacks, for an operator; null when it is complete. */
export function whyIncomplete({ checkpoint, fingerprint, target, caughtUp }: ReadinessFacts): string | null {
  if (checkpoint === null) return 'the owner has not sent anything yet';
  if (checkpoint.script !== fingerprint) {
    // Another version of this module has its script run. What this instance had is overwritten piece by piece, not taken away.
    return caughtUp ? null : 'the copy was made by an older script, and the new one is not deployed yet';
  }
  if (!checkpoint.live) return `the first copy is under way: everything up to etag ${checkpoint.to} is here`;
  if (!checkpoint.swept) return 'copies of an earlier script are being removed';
  if (caughtUp) return null;
  if (target === null) return 'it is not known yet what changed while this module was away';
  if (!isReadFrom(target, checkpoint)) return "the owner's database is another one now, or was restored";
  if (!isReached(checkpoint, target)) return `catching up: etag ${checkpoint.to} of ${target.etag}`;
  return null;
}

/** Whether everything up to `target` is applied. */
export function isReached(
  checkpoint: Pick<Checkpoint, 'databaseId' | 'to' | 'witness'>,
  target: SourcePlace,
): boolean {
  return isReadFrom(target, checkpoint) && etagsBehind(placeOf(checkpoint), target) === 0;
}

function placeOf({ databaseId, to }: Pick<Checkpoint, 'databaseId' | 'to'>): Place {
  return { databaseId, etag: to };
}
