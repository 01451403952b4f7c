import { createHash } from 'node:crypto';
import type { PeerEvent } from '../merge/event.ts';
import { mergeHeads } from '../merge/heads.ts';
import type { LoggedOrigin, PeerFile, RecordName } from '../receive/peer-file.ts';
import { contentOf } from '../receive/receive-events.ts';

/** An origin in a snapshot. */
export interface SnapshotOrigin extends LoggedOrigin {
  /** The hash of what its last event says; null when the maker has not kept that event. */
  readonly lastSays: string | null;
}

/** The log up to a place, without what has been replaced since. Its records follow in pages. */
export interface SnapshotHead {
  readonly cut: number;
  readonly origins: readonly SnapshotOrigin[];
}

/** Some records of a snapshot: their heads, and the resolutions that stand for these. */
export interface SnapshotPage {
  readonly events: PeerEvent[];
  /** Where the next page begins; null when there is none. */
  readonly last: RecordName | null;
}

/** Begins a snapshot of what the log has said so far. */
export function beginSnapshot(file: PeerFile): SnapshotHead {
  const origins = file.loggedOrigins().map((origin) => {
    const last = file.event(origin);
    return { ...origin, lastSays: last && hashOf(last) };
  });
  return { cut: file.position, origins };
}

/**
 * Reads the records after `after`. Pages may be read while the file changes: what the log has said since the cut is read once more
 * after it by whoever loads them.
 */
export function snapshotPage(file: PeerFile, after: RecordName | null, limit: number): SnapshotPage {
  const records = file.recordsAfter(after, limit);
  const last = records.length === limit ? (records.at(-1) ?? null) : null;
  return { events: records.flatMap((record) => loggedStateOf(file, record)), last };
}

export function hashOf(event: PeerEvent): string {
  return createHash('sha256').update(contentOf(event)).digest('base64url');
}

/** A record as the log has it: what the file alone knows is not in it. */
function loggedStateOf(file: PeerFile, { entity, recordId }: RecordName): PeerEvent[] {
  const isLogged = ({ origin, number }: PeerEvent) => number <= file.loggedTo(origin);
  const shown = file.heads(entity, recordId);
  const heads = shown.every(isLogged)
    ? shown
    : file
        .history(entity, recordId)
        .filter((event) => event.resolverVersion === null && isLogged(event))
        .reduce<PeerEvent[]>(mergeHeads, []);
  return heads.length < 2 ? heads : [...heads, ...file.resolutions(heads).filter(isLogged)];
}
