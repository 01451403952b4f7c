import type { Etag } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';
import { etagsBehind, isReadFrom, type SourcePlace } from '../task/place.ts';

export interface ReadinessFacts {
  /** As it stands in the requester's database, whoever moves it. */
  checkpoint: Checkpoint | null;
  /** Fingerprint of the declared script. */
  fingerprint: string;
  /** Up to where nothing of the source is missing: the checkpoint's etag, or behind it where nothing concerned the task. */
  reached: Etag;
  /** How far the source was when this instance began to catch up; null while that is not known. */
  target: SourcePlace | null;
  /** The copy was complete before, as this instance declares it: from then on lag is told apart from readiness. */
  caughtUp: boolean;
}

/** Says what a copy still lacks, for an operator; null when it is complete. */
export function whyIncomplete(facts: ReadinessFacts): string | null {
  const { checkpoint, fingerprint, reached, target, caughtUp } = facts;
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
  const missing = etagsBehind({ databaseId: checkpoint.databaseId, etag: reached }, target) ?? 0;
  return missing > 0 ? `catching up: etag ${reached} of ${target.etag}` : null;
}
