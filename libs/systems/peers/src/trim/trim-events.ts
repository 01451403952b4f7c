import { headsText, type PeerEvent, textOf } from '../merge/event.ts';
import type { PeerFile, RecordName, ShownEvents, TakenRange } from '../receive/peer-file.ts';

/**
 * Removes events that are on every node and were replaced by later ones. An event becomes removable when its record gets another one, so
 * only the records of events that have passed the low water mark since are checked.
 * @returns the event after which to continue; null when all were checked
 */
export function trimEvents(file: PeerFile, range: TakenRange): number | null {
  const { records, last } = file.recordsTaken(range);
  const shown = new Map<string, ShownEvents>();
  for (const record of records) {
    const { entity } = record;
    const ofEntity = shown.get(entity) ?? file.shownEvents(entity);
    shown.set(entity, ofEntity);
    trimRecord(file, record, range.to, ofEntity);
  }
  return last;
}

function trimRecord(file: PeerFile, { entity, recordId }: RecordName, to: number, shown: ShownEvents): void {
  const heads = file.heads(entity, recordId);
  const events = file.historyTo(entity, recordId, to);
  // Other nodes know the record's previous state, and under another origin it would have to be merged again.
  if (heads.concat(file.history(entity, recordId)).some((event) => isUnsaid(file, event))) return;
  const resolutions = heads.length > 1 ? file.resolutions(heads) : [];
  const needed = new Set([...heads, ...resolutions].map(textOf));
  for (const event of events) {
    if (needed.has(textOf(event))) continue;
    if (isShown(event, shown) || event.number === file.loggedTo(event.origin)) file.setPast(event);
    else file.drop(event);
  }
}

function isUnsaid(file: PeerFile, { origin, number }: PeerEvent): boolean {
  const own = file.own(origin);
  return own !== null && number > own.confirmed;
}

function isShown(event: PeerEvent, { names, heads }: ShownEvents): boolean {
  return names.has(textOf(event)) || (event.resolverVersion !== null && heads.has(headsText(event.sees)));
}
