import type { JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { JetStreamJournal } from './jetstream-journal.ts';
import { JetStreamLanes } from './jetstream-lanes.ts';
import { JetStreamState } from './jetstream-state.ts';
import { PLACE, type JetStreamPlace } from './place.ts';
import type { PipelineStore } from './ports.ts';

/** Stores everything in JetStream, for all nodes of a cluster. The connection is the application's. */
export function openJetStreamStore(
  connection: JetStreamConnection,
  place: JetStreamPlace = PLACE,
): PipelineStore {
  return {
    mode: 'cluster',
    journal: new JetStreamJournal(connection, place),
    lanes: new JetStreamLanes(connection, place),
    letters: new JetStreamState(connection, place),
    close: async () => undefined,
  };
}
