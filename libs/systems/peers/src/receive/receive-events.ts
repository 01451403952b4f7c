import { type EventName, headsText, type PeerEvent } from '../merge/event.ts';
import { mergeHeads } from '../merge/heads.ts';
import { foldHeads } from '../merge/resolve.ts';
import type { PolicyOf } from '../merge/show.ts';
import { admit } from './admit.ts';
import { beginNewLife } from './begin-new-life.ts';
import type { PeerFile } from './peer-file.ts';
import { showHeads } from './show-heads.ts';

/** A message of the log: events of one origin, in order. */
export interface EventMessage {
  readonly sequence: number;
  readonly origin: string;
  readonly events: readonly PeerEvent[];
}

/** The outcome of a message. */
export interface Received {
  /** Events that were applied. */
  applied: number;
  /** This file and another one had used the same numbers, and this one was renumbered. */
  newLife: boolean;
  /** The log had own events that this file does not: it is older, or another file continues under its origin. */
  isOlder: boolean;
  /** Why the rest of the message is left out, on every node alike; null when all of it was taken. No honest node writes such a message. */
  refused: 'wait' | 'hole' | null;
}

/**
 * Applies one message, and notes that it was. Called within the transaction of `file`.
 * @param freshOrigin gives an origin that nobody has used
 */
export function receiveEvents(
  file: PeerFile,
  { sequence, origin, events }: EventMessage,
  policyOf: PolicyOf,
  freshOrigin: () => string,
): Received {
  const received: Received = { applied: 0, newLife: false, isOlder: false, refused: null };
  const [first] = events;
  if (first && file.mayLack(origin)) passOver(file, first);
  file.noteTail(origin, sequence);
  file.position = sequence;
  if (file.own(origin) === null) return { ...received, ...receiveOthers(file, { origin, events }, policyOf) };
  if (confirmsAll(file, origin, events)) return received;
  for (const event of events) {
    const admission = admit(
      event,
      knownBefore(file, event),
      (seen) => seen.number <= knownTo(file, seen.origin),
    );
    if (admission === 'wait' || admission === 'hole') return { ...received, refused: admission };
    if (admission === 'known') continue;
    const own = file.own(event.origin);
    if (own && event.number > own.written) received.isOlder = true;
    if (isOfAnotherLife(file, event)) {
      beginNewLife(file, policyOf, freshOrigin(), 'cloned');
      received.newLife = true;
    }
    if (file.appliedTo(event.origin) < event.number) {
      // Before what is proposed for it, which is numbered after what is applied.
      file.noteApplied(event);
      take(file, event, policyOf);
      received.applied++;
    }
    confirm(file, event);
  }
  return received;
}

/** Events of an origin that is not one of this file's: nothing of them is known but up to where they are applied. */
function receiveOthers(
  file: PeerFile,
  { origin, events }: Pick<EventMessage, 'origin' | 'events'>,
  policyOf: PolicyOf,
): Pick<Received, 'applied' | 'refused'> {
  const before = file.appliedTo(origin);
  let [last, refused]: [number, Received['refused']] = [before, null];
  // An event may name as many as it likes: the file is asked once for each origin.
  const known = new Map<string, number>();
  const isKnown = (seen: EventName) => {
    if (seen.origin === origin) return seen.number <= last;
    const to = known.get(seen.origin) ?? knownTo(file, seen.origin);
    known.set(seen.origin, to);
    return seen.number <= to;
  };
  for (const event of events) {
    const admission = admit(event, last, isKnown);
    if (admission === 'known') continue;
    if (admission !== 'apply') {
      refused = admission;
      break;
    }
    take(file, event, policyOf);
    last = event.number;
  }
  // Once for all of them, because the file would write the same row for each.
  if (last > before) file.noteApplied({ origin, number: last });
  return { applied: last - before, refused };
}

/** Stores an event and updates its record accordingly; the caller counts it as applied. */
function take(file: PeerFile, event: PeerEvent, policyOf: PolicyOf): void {
  const { entity, recordId, resolverVersion } = event;
  const before = file.heads(entity, recordId);
  const heads = resolverVersion === null ? mergeHeads(before, event) : before;
  const isAlone = heads.length === 1 && heads[0] === event;
  if (isAlone && file.succeed(event, before)) return;
  file.remember(event);
  bring(file, event, { before, heads }, policyOf);
}

/** Up to where an origin's events are known to be in this log. */
function confirmedTo(file: PeerFile, origin: string): number {
  return file.own(origin)?.confirmed ?? file.appliedTo(origin);
}

/** The same before an event: the log that is gone had own events that nobody says again, because others have replaced them. */
function knownBefore(file: PeerFile, { origin, number }: PeerEvent): number {
  const known = confirmedTo(file, origin);
  const isSaidBefore = file.own(origin) !== null && number - 1 <= file.loggedTo(origin);
  return isSaidBefore ? Math.max(known, number - 1) : known;
}

/** What was in messages that an operator has given up counts as known: nobody can bring it any more. */
function knownTo(file: PeerFile, origin: string): number {
  return file.mayLack(origin) ? Infinity : file.loggedTo(origin);
}

/** The events before an origin's first one after the messages that an operator has given up. */
function passOver(file: PeerFile, { origin, number }: EventName): void {
  const last = number - 1;
  if (last > confirmedTo(file, origin)) file.coverOrigin({ origin, number: last, tail: 0, node: null });
}

/**
 * The usual case of a node's own message, for all of its events at once: they follow what is known to be in the log, and say what the
 * file says. @returns false when it is another case
 */
function confirmsAll(file: PeerFile, origin: string, events: readonly PeerEvent[]): boolean {
  const own = file.own(origin);
  const last = events.at(-1)?.number ?? 0;
  if (!own || last > own.written) return false;
  const here = file.eventsAfter(origin, own.confirmed, events.length);
  const isSame = events.every((event, at) => {
    const one = here[at];
    return (
      one?.number === own.confirmed + 1 + at &&
      event.number === one.number &&
      contentOf(one) === contentOf(event)
    );
  });
  if (isSame && last > own.confirmed) file.setOwn(origin, { ...own, confirmed: last });
  return isSame;
}

/** What is read in the log is in the log, whoever put it there. */
function confirm(file: PeerFile, { origin, number }: PeerEvent): void {
  const own = file.own(origin);
  if (own) file.setOwn(origin, { ...own, written: Math.max(own.written, number), confirmed: number });
}

/** Whether this file has given the number of an event to another change. */
function isOfAnotherLife(file: PeerFile, event: PeerEvent): boolean {
  const own = file.own(event.origin);
  if (!own || event.number > own.written) return false;
  const here = file.event(event);
  // What an earlier log had and is not here any more was removed because all nodes have it.
  if (here === null) return event.number > file.loggedTo(event.origin);
  return contentOf(here) !== contentOf(event);
}

/** What an event says, as text. */
export function contentOf(event: PeerEvent): string {
  const { entity, recordId, operation, data, hlc, resolverVersion } = event;
  return JSON.stringify([entity, recordId, operation, data, hlc, resolverVersion, headsText(event.sees)]);
}

function bring(
  file: PeerFile,
  { entity, recordId, resolverVersion }: PeerEvent,
  { before, heads }: Readonly<Record<'before' | 'heads', readonly PeerEvent[]>>,
  policyOf: PolicyOf,
): void {
  if (heads !== before) file.setHeads(entity, recordId, heads, before);
  showHeads(file, { entity, recordId, heads }, policyOf);
  if (resolverVersion === null) proposeFor(file, heads, policyOf);
}

/** Whoever wrote one of the heads says what its resolver makes of them. */
function proposeFor(file: PeerFile, heads: readonly PeerEvent[], policyOf: PolicyOf): void {
  const [first] = heads;
  if (!first || heads.length < 2 || !heads.some(({ origin }) => file.own(origin) !== null)) return;
  const resolver = policyOf(first.entity);
  if (!resolver) return;
  const isSaid = file
    .resolutions(heads)
    .some(({ origin, resolverVersion }) => resolverVersion === resolver.version && file.own(origin) !== null);
  const folded = foldHeads(resolver, heads);
  if (!isSaid && 'content' in folded) file.propose(heads, folded.content, resolver.version);
}
