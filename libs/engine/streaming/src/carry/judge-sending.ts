import type { CaptureStatus, Confirmation } from '@nestjs-spark/contracts/internal';
import { etagsBehind, reachedEtag, type Place } from '../task/place.ts';
import type { CaptureReport } from '../task/reports.ts';

export interface SendingFacts {
  /** Where the owner's database is; null while that is not known. */
  source: Place | null;
  /** What the requester said last; null: nothing ever, undefined: not known. */
  confirmation: Confirmation | null | undefined;
  /** How far the task was read and published; null while that is not known. */
  stands: Pick<CaptureStatus, 'databaseId' | 'incarnation' | 'publishedTo' | 'readTo'> | null;
  /** This module's clock; `readAt` of a confirmation is of the same module. */
  now: number;
}

/** How far a requester is behind its owner, by what it has confirmed: nothing that a stuck capture says goes into it. Pure. */
export function judgeSending({
  source,
  confirmation,
  stands,
  now,
}: SendingFacts): Pick<CaptureReport, 'confirmedEtag' | 'lag' | 'behindMs'> {
  const counts = confirmation && isOfThis(confirmation, source, stands) ? confirmation : null;
  const confirmedEtag = counts?.to ?? null;
  if (source === null || confirmation === undefined) return { confirmedEtag, lag: null, behindMs: null };
  const from = { databaseId: stands?.databaseId ?? source.databaseId, etag: reachedEtag(counts, stands) };
  const lag = etagsBehind(from, source);
  return { confirmedEtag, lag, behindMs: ageOf(lag, counts?.readAt, now) };
}

/** A word on another reading of the source, or on another database, confirms nothing of what is sent now. */
function isOfThis(
  confirmation: Confirmation,
  source: SendingFacts['source'],
  stands: SendingFacts['stands'],
): boolean {
  if (stands !== null && confirmation.incarnation !== stands.incarnation) return false;
  const { databaseId } = confirmation;
  return !databaseId || !source?.databaseId || databaseId === source.databaseId;
}

function ageOf(lag: number | null, readAt: number | undefined, now: number): number | null {
  if (lag === null || lag === 0) return lag;
  return readAt === undefined ? null : Math.max(1, now - readAt);
}
