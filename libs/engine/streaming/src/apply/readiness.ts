import type { Etag } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';

export interface ReadinessFacts {
  checkpoint: Checkpoint | null;
  /** Fingerprint of the declared script. */
  fingerprint: string;
  /** How far the source was when this instance began to catch up; null while that is not known. */
  target: Etag | null;
}

/** Says what a copy still lacks, for an operator; null when it is complete. */
export function whyIncomplete({ checkpoint, fingerprint, target }: ReadinessFacts): string | null {
  if (checkpoint === null) return 'the owner has not sent anything yet';
  if (checkpoint.script !== fingerprint)
    return 'the copy was made by an older script, and the new one is not deployed yet';
  if (!checkpoint.live) return `the first copy is under way: everything up to etag ${checkpoint.to} is here`;
  if (!checkpoint.swept) return 'copies of an earlier script are being removed';
  if (target === null) return 'it is not known yet what changed while this module was away';
  if (checkpoint.to < target) return `catching up: etag ${checkpoint.to} of ${target}`;
  return null;
}
