import type { OpenDatabase } from '../connect/open-database.ts';

/** At most this many of the latest conflicts of a file stay, whatever their age. */
const MOST_KEPT = 10_000;
const AT_ONCE = 200;

/** What has ended and is old, or exceeds that number; a conflict in which a stashed change has lost stays with it. */
const IS_OLD = `ended IS NOT NULL AND (ended < ? OR number <= (SELECT max(number) FROM spark_peer_conflicts) - ${MOST_KEPT})
  AND NOT EXISTS (SELECT 1 FROM spark_peer_stash AS stash
    WHERE instr(',' || heads || ',', ',' || stash.origin || ':' || stash.event || ','))`;

/** Whether there are conflicts to remove. @param endedBefore in milliseconds since 1970 */
export function hasOldConflicts(open: OpenDatabase, endedBefore: number): boolean {
  return open.row(`SELECT 1 FROM spark_peer_conflicts WHERE ${IS_OLD} LIMIT 1`, endedBefore) !== null;
}

/**
 * Removes some of the conflicts that have ended before a time, and counts them: the number of conflicts of a collection does not decrease.
 * @returns whether there may be more
 */
export function trimConflicts(open: OpenDatabase, endedBefore: number): boolean {
  const old = `SELECT number FROM spark_peer_conflicts WHERE ${IS_OLD} ORDER BY number LIMIT ${AT_ONCE}`;
  open
    .prepare(
      `INSERT INTO spark_peer_conflicts_removed (entity, removed)
       SELECT entity, count(*) FROM spark_peer_conflicts WHERE number IN (${old}) GROUP BY entity
       ON CONFLICT (entity) DO UPDATE SET removed = removed + excluded.removed`,
    )
    .run(endedBefore);
  const { changes } = open
    .prepare(`DELETE FROM spark_peer_conflicts WHERE number IN (${old})`)
    .run(endedBefore);
  return Number(changes) === AT_ONCE;
}
