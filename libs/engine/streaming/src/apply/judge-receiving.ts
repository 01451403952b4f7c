import type { Etag } from '@nestjs-spark/contracts';
import type { ApplyStatus, Checkpoint } from '@nestjs-spark/contracts/internal';
import { CARRIER_PATIENCE } from '@nestjs-spark/runtime/internal';
import type { Obstacle } from '@nestjs-spark/runtime/internal';
import { etagsBehind, isReadFrom, type SourcePlace } from '../task/place.ts';

export interface ReadinessFacts {
  /** As it is in the requester's database, whichever instance moves it. */
  checkpoint: Checkpoint | null;
  /** Fingerprint of the declared script. */
  fingerprint: string;
  /** Up to where nothing of the source is missing: the checkpoint's etag, or after it where nothing concerned the task. */
  reached: Etag;
  /** How far the source was when this instance began to catch up; null while that is not known. */
  catchUpTo: SourcePlace | null;
  /** The copy was complete before, as this instance declares it: from then on lag does not affect readiness. */
  caughtUp: boolean;
}

/** Says what a copy still lacks, for an operator; null when it is complete. Pure. */
export function whyIncomplete(facts: ReadinessFacts): string | null {
  const { checkpoint, fingerprint, reached, catchUpTo, caughtUp } = facts;
  if (checkpoint === null) return 'the owner has not sent anything yet';
  if (checkpoint.script !== fingerprint) {
    // Another version of this module has its script run. What this instance had is overwritten piece by piece, not taken away.
    return caughtUp ? null : 'the copy was made by an older script, and the new one is not deployed yet';
  }
  if (!checkpoint.live) return `the first copy is under way: everything up to etag ${checkpoint.to} is here`;
  if (!checkpoint.swept) return 'copies of an earlier script are being removed';
  if (caughtUp) return null;
  if (catchUpTo === null) return 'it is not known yet what changed while this module was away';
  if (!isReadFrom(catchUpTo, checkpoint)) return "the owner's database is another one now, or was restored";
  const missing = etagsBehind({ databaseId: checkpoint.databaseId, etag: reached }, catchUpTo) ?? 0;
  return missing > 0 ? `catching up: etag ${reached} of ${catchUpTo.etag}` : null;
}

/** Why a task cannot continue. */
export interface Trouble {
  state: Obstacle;
  because: string;
  /** It lies with the owner: what is here is as good as before. */
  isOwners: boolean;
  /** For how long, in ticks. */
  ticks: number;
  /** For how many seconds the owner has not been heard, where that is the trouble. */
  silentSeconds?: number;
}

export interface TroubleFacts {
  /** The task's lease cannot be acquired or kept. */
  lease: Trouble | null;
  /** What the carrier met, where that is this instance. */
  own: Trouble | null;
  /** For how many ticks the checkpoint could not be looked at, and why. */
  unseen: { ticks: number; because: string | null };
  /** For how many ticks no carrier was heard; null while that need not mean anything. */
  missing: number | null;
  /** What the carrier says, where that is another instance. */
  word: Pick<ApplyStatus, 'state' | 'lastError' | 'stalledBecause'> | null;
  owner: string;
  /** For how many ticks the owner was not heard; null while that need not mean anything. */
  ownerSilent: number | null;
}

/** The first that applies: a trouble that is known here counts more than what others say of theirs. Pure. */
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
 * Why what is here is not known to move although it should, by a fault on this side: the owner's do not take a copy out of
 * service. Pure.
 */
export function whyStalled(trouble: Trouble | null, { missing, word }: TroubleFacts): string | null {
  if (missing === null && word?.stalledBecause) return word.stalledBecause;
  if (!trouble || trouble.isOwners || trouble.ticks < CARRIER_PATIENCE) return null;
  return trouble.because;
}
