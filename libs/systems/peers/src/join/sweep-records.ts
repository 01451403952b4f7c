import { recordKey } from '@nestjs-spark/contracts/internal';
import type { EventName, PeerEvent } from '../merge/event.ts';
import type { PolicyOf } from '../merge/show.ts';
import type { PeerFile, RecordName } from '../receive/peer-file.ts';
import { showHeads } from '../receive/show-heads.ts';
import { isLogged, type SnapshotHead } from './take-snapshot.ts';

/** Consecutive records of a snapshot: those after one, up to another; null stands for the first and the last. */
export interface SweptRange {
  readonly after: RecordName | null;
  readonly to: RecordName | null;
  /** The records of the range that are in the snapshot. */
  readonly present: readonly RecordName[];
}

const PAGE = 200;

/**
 * Sweeps records that a snapshot no longer has: whoever knows their changes and has none of them has seen their delete, and has forgotten
 * it since. Called after the records of the range are loaded.
 * @returns where to go on; null at the end of the range
 */
export function sweepRecords(
  file: PeerFile,
  snapshot: SnapshotHead,
  { after, to, present }: SweptRange,
  policyOf: PolicyOf,
): RecordName | null {
  const { horizon = 0, origins } = snapshot;
  if (horizon === 0) return null;
  const numbers = new Map(origins.map(({ origin, number }) => [origin, number]));
  const here = new Set(present.map(recordKey));
  const isCovered = (head: EventName) =>
    head.number <= (numbers.get(head.origin) ?? 0) &&
    (isLogged(file, head) || file.own(head.origin) === null);
  const records = file.recordsAfter(after, PAGE, to);
  for (const record of records)
    if (!here.has(recordKey(record))) sweep(file, record, { horizon, isCovered }, policyOf);
  return records.length < PAGE ? null : (records.at(-1) ?? null);
}

function sweep(
  file: PeerFile,
  { entity, recordId }: RecordName,
  { horizon, isCovered }: { horizon: number; isCovered(head: EventName): boolean },
  policyOf: PolicyOf,
): void {
  const before = file.heads(entity, recordId);
  const isForgotten = (event: PeerEvent) => event.hlc < horizon && isCovered(event);
  const kept = before.filter((head) => !isForgotten(head));
  if (kept.length < before.length) {
    file.setHeads(entity, recordId, kept, before);
    showHeads(file, { entity, recordId, heads: kept }, policyOf);
  }
  // Whether heads or not: what has replaced them is not here.
  for (const event of file.historyTo(entity, recordId, Infinity)) if (isForgotten(event)) file.drop(event);
  const isUnsaid = (head: PeerEvent) => file.own(head.origin) !== null && !isLogged(file, head);
  if (kept.length === 0 || !kept.every((head) => head.hlc < horizon && isUnsaid(head))) return;
  // It may repeat a change that was in the log and was deleted: nobody can tell any more.
  file.setAside(kept.filter(({ operation }) => operation !== 'DELETE'));
  file.retract(kept);
}
