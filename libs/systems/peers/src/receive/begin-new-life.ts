import { recordKey } from '@nestjs-spark/contracts/internal';
import { type EventName, type PeerEvent, textOf } from '../merge/event.ts';
import { mergeHeads } from '../merge/heads.ts';
import type { PolicyOf } from '../merge/show.ts';
import type { PeerFile } from './peer-file.ts';
import { showHeads } from './show-heads.ts';

/** Why a file's events were renumbered. `cloned`: another file has used the same numbers; `retired`: by an operator. */
export type NewLife = 'restored' | 'cloned' | 'retired';

/** No limit: unconfirmed events are changes by the writers of one file, and fit into memory. */
const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Renumbers every own event that is not in the log under a fresh origin, because another file has used the same numbers. The events keep
 * their content and what they saw, so the changes of the other file are concurrent with them.
 */
export function beginNewLife(file: PeerFile, policyOf: PolicyOf, origin: string, why: NewLife): void {
  const undone = file.unconfirmedOrigins().flatMap((own) => takeBack(file, own));
  file.takeOrigin(origin);
  const again = renamed(undone, origin);
  for (const event of again) file.keep(event);
  file.noteLife(why, again);
  file.setOwn(origin, { written: undone.length, confirmed: 0, tail: 0 });
  const records = new Map(undone.map((event) => [recordKey(event), event]));
  for (const { entity, recordId } of records.values()) showAgain(file, entity, recordId, policyOf);
}

function takeBack(file: PeerFile, origin: string): PeerEvent[] {
  const own = file.own(origin);
  if (!own) return [];
  const events = file.eventsAfter(origin, own.confirmed, ALL);
  for (const event of events) file.forget(event);
  file.setOwn(origin, { ...own, written: own.confirmed });
  return events;
}

function renamed(events: readonly PeerEvent[], origin: string): PeerEvent[] {
  const names = new Map(
    events.map((event, at): [string, EventName] => [textOf(event), { origin, number: at + 1 }]),
  );
  const nameOf = ({ origin: by, number }: EventName): EventName =>
    names.get(textOf({ origin: by, number })) ?? { origin: by, number };
  return events.map((event) => {
    const name = nameOf(event);
    const { origin: by, tx } = event;
    return {
      ...event,
      ...name,
      sees: event.sees.map(nameOf),
      tx: names.get(textOf({ origin: by, number: tx }))?.number ?? name.number,
    };
  });
}

/** In the history, an event always follows those that it saw. */
function showAgain(file: PeerFile, entity: string, recordId: string, policyOf: PolicyOf): void {
  const writes = file.history(entity, recordId).filter(({ resolverVersion }) => resolverVersion === null);
  const heads = writes.reduce<PeerEvent[]>(mergeHeads, []);
  file.setHeads(entity, recordId, heads);
  showHeads(file, { entity, recordId, heads }, policyOf);
}
