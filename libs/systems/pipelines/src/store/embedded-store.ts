import { join } from 'node:path';
import { SqliteDatabase, SqliteStateStore } from '@nestjs-spark/sqlite/internal';
import type { PipelineStore } from './ports.ts';
import { StateJournal } from './state-journal.ts';
import { StateLanes } from './state-lanes.ts';

/** Stores everything in a SQLite file of one process: nothing has to be installed. */
export function openEmbeddedStore(folder: string): PipelineStore {
  const database = new SqliteDatabase({ path: join(folder, 'pipelines.db') });
  const state = new SqliteStateStore(database);
  return {
    mode: 'embedded',
    journal: new StateJournal(state),
    lanes: new StateLanes(state),
    letters: state,
    close: () => database.close(),
  };
}
