import type { Etag } from '@nestjs-spark/contracts';
import type { ApplyStatus, Checkpoint } from '@nestjs-spark/contracts/internal';
import { CARRIER_PATIENCE } from '@nestjs-spark/runtime/internal';
import type { Obstacle } from '@nestjs-spark/runtime/internal';
import { etagsBehind, isReadFrom, type SourcePlace } from '../task/place.ts';

export interface ReadinessFacts {
  /** As stored in the requester's database, whichever instance moves it. */
  checkpoint: Checkpoint | null;
  /** Fingerprint of the declared script. */
  fingerprint: string;
  /**
   * The etag up to which nothing of the source is missing: the checkpoint's, or a later one if nothing in between concerned the
   * task.
   */
  reached: Etag;
  /** The source's etag when this instance began to catch up; null while unknown. */
  catchUpTo: SourcePlace | null;
  /** The copy was complete before, as declared by this instance: from then on lag does not affect readiness. */
  caughtUp: boolean;
}

/** What a copy still lacks, in words for operators; null when it is complete. Pure. */
export function whyIncomplete(facts: ReadinessFacts): string | null {
  const { checkpoint, fingerprint, reached, catchUpTo, caughtUp } = facts;
  if (checkpoint === null) return 'the owner has not sent anything yet';
  if (checkpoint.script !== fingerprint) {
    // Another version of this module runs its own script. This instance's copies are overwritten gradually, not removed.
    return caughtUp ? null : 'the copy was made by an older script, and the new one is not deployed yet';
  }
  if (!checkpoint.live) return `the first copy is under way: everything up to etag ${checkpoint.to} is here`;
  if (!checkpoint.swept) return 'copies of an earlier script are being removed';
  if (caughtUp) return null;
  if (catchUpTo === null) return 'it is not known yet what changed while this module was away';
  if (!isReadFrom(catchUpTo, checkpoint)) return "the owner's database was replaced or restored";
  const missing = etagsBehind({ databaseId: checkpoint.databaseId, etag: reached }, catchUpTo) ?? 0;
  return missing > 0 ? `catching up: etag ${reached} of ${catchUpTo.etag}` : null;
}

/** Why a task cannot continue. */
export interface Trouble {
  state: Obstacle;
  because: string;
  /** The owner is the cause: what is here is as good as before. */
  isOwners: boolean;
  /** Duration in ticks. */
  ticks: number;
  /** How many seconds the owner has been silent, if that is the trouble. */
  silentSeconds?: number;
}

export interface TroubleFacts {
  /** The task's lease can be neither acquired nor renewed. */
  lease: Trouble | null;
  /** The carrier's own trouble, if this instance is the carrier. */
  own: Trouble | null;
  /** For how many ticks the checkpoint could not be read, and why. */
  unseen: { ticks: number; because: string | null };
  /** For how many ticks there was no report of a carrier; null while that is inconclusive. */
  missing: number | null;
  /** The carrier's report, if another instance is the carrier. */
  word: Pick<ApplyStatus, 'state' | 'lastError' | 'stalledBecause'> | null;
  owner: string;
  /** For how many ticks the owner was silent; null while that is inconclusive. */
  ownerSilent: number | null;
}

/** The first that applies: trouble known to this instance takes precedence over what others report. Pure. */
export function judgeTrouble({
  lease,
  own,
  unseen,
  missing,
  word,
  owner,
  ownerSilent,
}: TroubleFacts): Trouble | null {
  if (lease ?? own) return lease ?? own;
  const waiting = { state: 'Waiting', isOwners: false } as const;
  if (unseen.ticks >= CARRIER_PATIENCE) {
    const because = unseen.because ?? `this module's database has not answered for ${unseen.ticks} s`;
    return { ...waiting, because, ticks: unseen.ticks };
  }
  if (missing !== null) {
    const because = `no instance of this module is known to apply it, for ${missing} s: NATS does not accept its status, or nobody holds its lease`;
    return { ...waiting, because, ticks: missing };
  }
  const silence = `nothing has been heard from ${owner}`;
  // A carrier that says the same adds nothing to what this instance knows.
  const isSilence = ownerSilent !== null && (word?.lastError?.startsWith(silence) ?? false);
  if (!isSilence && (word?.state === 'Waiting' || word?.state === 'Faulted'))
    return { state: word.state, because: word.lastError ?? 'not said', isOwners: true, ticks: 0 };
  if (ownerSilent === null) return null;
  return {
    ...waiting,
    because: `${silence} for ${ownerSilent} s`,
    isOwners: true,
    ticks: 0,
    silentSeconds: ownerSilent,
  };
}

/**
 * Why the copy may not be moving although it should, because of a fault on this side: the owner's faults do not take a copy out
 * of service. Pure.
 */
export function whyStalled(trouble: Trouble | null, { missing, word }: TroubleFacts): string | null {
  if (missing === null && word?.stalledBecause) return word.stalledBecause;
  if (!trouble || trouble.isOwners || trouble.ticks < CARRIER_PATIENCE) return null;
  return trouble.because;
}
