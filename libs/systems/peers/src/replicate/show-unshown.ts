import { setImmediate as nextTurn } from 'node:timers/promises';
import { hasUnshown, PeerRows, type SqliteDatabase, takeUnshown } from '@nestjs-spark/sqlite/internal';
import type { PolicyOf } from '../merge/show.ts';
import { showRecord } from '../receive/show-heads.ts';

/** The number of records shown in one transaction, so that the application can run in between. */
const PAGE = 200;

/**
 * Shows the records of collections that became replicated here after other nodes had written to them. The next start continues it.
 * @throws when aborted
 */
export async function showUnshown(
  database: Pick<SqliteDatabase, 'read' | 'writeSoon'>,
  policyOf: PolicyOf,
  signal?: AbortSignal,
): Promise<void> {
  while (await database.read(hasUnshown)) {
    signal?.throwIfAborted();
    await database.writeSoon((open) => {
      const file = new PeerRows(open);
      for (const { entity, recordId } of takeUnshown(open, file, PAGE))
        showRecord(file, entity, recordId, policyOf);
    });
    await nextTurn();
  }
}
