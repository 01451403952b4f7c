import { recordKey } from '@nestjs-spark/contracts/internal';
import { type EventName, isSame, type PeerEvent } from '../merge/event.ts';
import { mergeHeads } from '../merge/heads.ts';
import type { PolicyOf } from '../merge/show.ts';
import { beginNewLife } from '../receive/begin-new-life.ts';
import type { PeerFile } from '../receive/peer-file.ts';
import { showHeads } from '../receive/show-heads.ts';
import { hashOf, type SnapshotHead, type SnapshotOrigin } from './take-snapshot.ts';

/**
 * Called before the records of a snapshot are loaded: determines which own events are in the log. If another file has continued under
 * the same origin, nobody can tell: all events not known to be in the log are then renumbered, and count as concurrent.
 * @returns whether a new life has begun
 */
export function beginLoading(
  file: PeerFile,
  snapshot: SnapshotHead,
  policyOf: PolicyOf,
  freshOrigin: () => string,
): boolean {
  const unsettled = snapshot.origins.filter((origin) => !settleOwn(file, origin));
  // A copy of this file may have used numbers of the current origin that are in the snapshot.
  if (unsettled.length === 0) file.takeOrigin(freshOrigin());
  else beginNewLife(file, policyOf, freshOrigin(), 'restored');
  return unsettled.length > 0;
}

/** @returns false if the log has own numbers with unknown content */
function settleOwn(file: PeerFile, { origin, number, lastSays }: SnapshotOrigin): boolean {
  const own = file.own(origin);
  if (!own || own.written === own.confirmed || number <= own.confirmed) return true;
  const last = number <= own.written ? file.event({ origin, number }) : null;
  if (!last || hashOf(last) !== lastSays) return false;
  file.setOwn(origin, { ...own, confirmed: number });
  return true;
}

/** Merges records of a snapshot into the file; all events of a record must be included. */
export function loadRecords(
  file: PeerFile,
  snapshot: SnapshotHead,
  events: readonly PeerEvent[],
  policyOf: PolicyOf,
): void {
  const numbers = new Map(snapshot.origins.map(({ origin, number }) => [origin, number]));
  const origins = new Map<string, { loggedTo: number; isOwn: boolean }>();
  /** Loading does not count anything as read in the log, so each origin is looked up only once. */
  const originOf = (origin: string) => {
    const known = origins.get(origin) ?? {
      loggedTo: file.loggedTo(origin),
      isOwn: file.own(origin) !== null,
    };
    origins.set(origin, known);
    return known;
  };
  const isLogged = ({ origin, number }: EventName) => number <= originOf(origin).loggedTo;
  // A head of another file that was not read in the log is from a snapshot whose loading was interrupted.
  const isCovered = (head: EventName) =>
    head.number <= (numbers.get(head.origin) ?? 0) && (isLogged(head) || !originOf(head.origin).isOwn);
  const known: Known = { isCovered, isLogged };
  const records = [...Map.groupBy(events, recordKey).values()];
  // Most records are a single write that is unknown here.
  const isPlain = ([first, ...others]: readonly PeerEvent[]) =>
    first?.resolverVersion === null && others.length === 0 && !isLogged(first);
  const left = file.fill(records.filter(isPlain).flat()).map((event) => [event]);
  for (const record of [...left, ...records.filter((one) => !isPlain(one))])
    loadRecord(file, record, known, policyOf);
}

/** What a file and a snapshot know about events. */
interface Known {
  /** Whether the snapshot's maker has read it in the log, and this file has it from there or from another snapshot. */
  isCovered(head: EventName): boolean;
  /** Whether the file has read it in the log. */
  isLogged(event: EventName): boolean;
}

/** A node that knows an event but does not have it as a head also knows what replaced it. */
function loadRecord(
  file: PeerFile,
  events: readonly PeerEvent[],
  { isCovered, isLogged }: Known,
  policyOf: PolicyOf,
): void {
  const [first, ...others] = events;
  if (!first) return;
  const { entity, recordId } = first;
  const before = file.heads(entity, recordId);
  if (others.length === 0 && first.resolverVersion === null) {
    // Already as in the snapshot, which was loaded before, or a write that the table may reject.
    const [head, ...rest] = before;
    if (head && rest.length === 0 && isSame(head, first)) return;
    if (!head && !isLogged(first) && file.succeed(first, before)) return;
  }
  const writes = events.filter(({ resolverVersion }) => resolverVersion === null);
  const kept = before.filter((head) => !isCovered(head) || writes.some((write) => isSame(write, head)));
  const added = writes.filter((write) => !isLogged(write) && file.event(write) === null);
  for (const event of events) file.remember(event);
  // What has replaced them may not be here, and without it they would be heads again when the heads are recomputed.
  for (const event of file.history(entity, recordId))
    if (isCovered(event) && !events.some((one) => isSame(one, event))) file.setPast(event);
  const heads = [...kept, ...added].reduce<PeerEvent[]>(mergeHeads, []);
  file.setHeads(entity, recordId, heads, before);
  showHeads(file, { entity, recordId, heads }, policyOf);
}

/** After all records: the file has what the log said up to the cut. */
export function finishLoading(file: PeerFile, { cut, origins, horizon = 0 }: SnapshotHead): void {
  for (const origin of origins) file.coverOrigin(origin);
  file.position = cut;
  file.horizon = Math.max(file.horizon, horizon);
  file.news = Math.max(file.news, cut);
  file.showLatest();
}
