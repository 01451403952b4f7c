import type { CaptureStatus, Confirmation } from '@nestjs-spark/contracts/internal';
import { etagsBehind, reachedEtag, type Place } from '../task/place.ts';
import type { CaptureReport } from '../task/reports.ts';

export interface SendingFacts {
  /** The owner's database; null while unknown. */
  source: Place | null;
  /** The requester's last confirmation; null: there was none, undefined: unknown. */
  confirmation: Confirmation | null | undefined;
  /** How far the task was read and published; null while unknown. */
  stands: Pick<CaptureStatus, 'databaseId' | 'incarnation' | 'publishedTo' | 'readTo'> | null;
  /** This module's clock; a confirmation's `readAt` is by the same clock. */
  now: number;
}

/**
 * How far a requester is behind its owner, judged by what it has confirmed: nothing that a stuck capture reports has any
 * influence. Pure.
 */
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

/** A confirmation of another reading of the source, or of another database, says nothing about what is sent now. */
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
