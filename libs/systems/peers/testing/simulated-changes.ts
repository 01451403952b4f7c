import type { PeerEvent } from '../src/merge/event.ts';
import type { Change, MemoryFile } from './memory-file.ts';
import { ONE_EVENT } from './one-event.ts';
import type { Random } from './random.ts';
import type { LogMessage, SimulatedLog } from './simulated-log.ts';
import { BOARDS, NOTES, tagsOf } from './violations.ts';

const RECORDS = 12;

/** What an application does to one of the records. @param made makes the content unique */
export function nextChange(random: Random, file: MemoryFile, made: number): Change {
  const recordId = `r${random.below(RECORDS)}`;
  if (random.next() < 0.4) {
    const data = JSON.stringify({ tags: [...tagsOf(file.shown(BOARDS, recordId)), `t${made}`] });
    const operation = file.shown(BOARDS, recordId) === null ? 'CREATE' : 'UPDATE';
    return { entity: BOARDS, recordId, operation, data };
  }
  const isThere = file.shown(NOTES, recordId) !== null;
  const removes = isThere && random.next() < 0.3;
  const operation = removes ? 'DELETE' : isThere ? 'UPDATE' : 'CREATE';
  return { entity: NOTES, recordId, operation, data: removes ? null : JSON.stringify({ n: made }) };
}

/** An event that its origin has not written. */
export function forgedEvent(random: Random, log: SimulatedLog, origin: string, hlc: number): PeerEvent {
  const last = log.said.findLast((message) => message.origin === origin)?.events.at(-1)?.number ?? 0;
  const number = Math.max(1, last + random.below(4) - 1);
  return {
    ...ONE_EVENT,
    origin,
    number,
    hlc,
    recordId: `r${random.below(RECORDS)}`,
    operation: 'UPDATE',
    data: JSON.stringify({ forged: log.end }),
    sees: random.one([[], [{ origin: 'nobody', number: 1 }]]),
    tx: number,
  };
}

/** The broken rule: takes events in the log with own numbers for own events. */
export function forgetOtherLife(file: MemoryFile, { origin, events }: LogMessage): void {
  const own = file.own(origin);
  const last = events.at(-1)?.number ?? 0;
  if (own && last > own.confirmed) file.setOwn(origin, { ...own, confirmed: Math.min(last, own.written) });
}
