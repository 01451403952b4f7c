import type { OpenDatabase } from '../connect/open-database.ts';
import type { PeerEventName } from './peer-event-row.ts';

/** Why a change was stashed without ever being in a conflict: it came too late for one. */
export const OUTDATED = 'outdated';

/** Stashes own events that are not shown although no write of an application has replaced them. */
export function setAside(open: OpenDatabase, names: readonly PeerEventName[]): void {
  for (const { origin, number } of names) {
    open
      .prepare('INSERT INTO spark_peer_stash (why, origin, event) VALUES (?, ?, ?)')
      .run(OUTDATED, origin, number);
  }
}
