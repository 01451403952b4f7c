import { createHash } from 'node:crypto';
import { recordKey } from '@nestjs-spark/contracts/internal';
import type { EventName, PeerEvent } from '../merge/event.ts';
import { mergeHeads } from '../merge/heads.ts';
import type { LoggedOrigin, PeerFile, RecordName } from '../receive/peer-file.ts';
import { contentOf } from '../receive/receive-events.ts';

/** An origin in a snapshot. */
export interface SnapshotOrigin extends LoggedOrigin {
  /** The hash of its last event; null if the creator of the snapshot no longer has that event. */
  readonly lastSays: string | null;
}

/** The state of the log up to a position, without replaced events. Its records follow in pages. */
export interface SnapshotHead {
  readonly cut: number;
  /** The stamp below which lone deletes are not in it; absent in snapshots of earlier versions, which have all of them. */
  readonly horizon?: number;
  readonly origins: readonly SnapshotOrigin[];
}

/** Some records of a snapshot: their heads, and the resolutions that apply to them. */
export interface SnapshotPage {
  readonly events: PeerEvent[];
  /** The record after which the next page begins; null on the last page. */
  readonly last: RecordName | null;
}

/** Begins a snapshot at the current position of the log. */
export function beginSnapshot(file: PeerFile): SnapshotHead {
  const origins = file.loggedOrigins().map((origin) => {
    const last = file.event(origin);
    return { ...origin, lastSays: last && hashOf(last) };
  });
  return { cut: file.position, origins };
}

/** Reads the records after `after`. The file may change between pages: whoever loads the snapshot reads the log from the cut on anyway. */
export function snapshotPage(file: PeerFile, after: RecordName | null, limit: number): SnapshotPage {
  const records = file.recordsAfter(after, limit);
  const to = records.at(-1);
  if (!to) return { events: [], last: null };
  const heads = Map.groupBy(file.headsBetween(after, to), recordKey);
  const isLoggedHere = loggedIn(file);
  const events = records.flatMap((record) =>
    loggedStateOf(file, record, heads.get(recordKey(record)) ?? [], isLoggedHere),
  );
  return { events, last: records.length === limit ? to : null };
}

export function hashOf(event: PeerEvent): string {
  return createHash('sha256').update(contentOf(event)).digest('base64url');
}

/** A record as of the log, without events that only this file knows. @param shown its heads */
function loggedStateOf(
  file: PeerFile,
  record: RecordName,
  shown: PeerEvent[],
  isLoggedHere: (event: EventName) => boolean,
): PeerEvent[] {
  const heads = shown.every(isLoggedHere) ? shown : loggedHeadsOf(file, record);
  return heads.length < 2 ? heads : [...heads, ...file.resolutions(heads).filter(isLoggedHere)];
}

/** The heads of a record as of the log. */
export function loggedHeadsOf(file: PeerFile, { entity, recordId }: RecordName): PeerEvent[] {
  const shown = file.heads(entity, recordId);
  if (shown.every((head) => isLogged(file, head))) return shown;
  return file
    .history(entity, recordId)
    .filter((event) => event.resolverVersion === null && isLogged(file, event))
    .reduce<PeerEvent[]>(mergeHeads, []);
}

export function isLogged(file: PeerFile, { origin, number }: EventName): boolean {
  return number <= file.loggedTo(origin);
}

/** `isLogged` for many events in a transaction that reads nothing from the log: it asks the file once for each origin. */
function loggedIn(file: PeerFile): (event: EventName) => boolean {
  const logged = new Map<string, number>();
  return ({ origin, number }) => {
    const to = logged.get(origin) ?? file.loggedTo(origin);
    logged.set(origin, to);
    return number <= to;
  };
}
