import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { MemoryFile } from '../../testing/memory-file.ts';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';
import type { PeerEvent } from '../merge/event.ts';
import { beginNewLife } from '../receive/begin-new-life.ts';
import { receiveEvents } from '../receive/receive-events.ts';
import { beginLoading, finishLoading, loadRecords } from './load-snapshot.ts';

const NO_RESOLVER = () => null;

it('A head that a snapshot has replaced stays replaced when this file begins a new life', () => {
  const file = new MemoryFile();
  file.takeOrigin('mine');
  const event = (number: number, title: string): PeerEvent => ({
    ...ONE_EVENT,
    origin: 'other',
    number,
    data: JSON.stringify({ title }),
    hlc: number,
  });
  file.write({ entity: 'Notes', recordId: 'notes/1', operation: 'CREATE', data: '{"title":"mine"}' });
  receiveEvents(file, { sequence: 1, origin: 'other', events: [event(1, 'old')] }, NO_RESOLVER, () => 'x');
  const origins = [
    { origin: 'third', number: 1, tail: 3, node: 'c', lastSays: null },
    { origin: 'other', number: 2, tail: 2, node: 'b', lastSays: null },
  ];
  const snapshot = { cut: 3, origins };
  beginLoading(file, snapshot, NO_RESOLVER, () => 'again');
  // It saw the second event of the other origin, which is not in the snapshot any more.
  const sees = [{ origin: 'other', number: 2 }];
  loadRecords(file, snapshot, [{ ...event(1, 'new'), origin: 'third', hlc: 3, sees }], NO_RESOLVER);
  finishLoading(file, snapshot);
  const before = file.heads('Notes', 'notes/1').map(({ origin }) => origin);
  beginNewLife(file, NO_RESOLVER, 'last', 'retired');
  expect(before).toEqual(['mine', 'third']);
  expect(file.heads('Notes', 'notes/1').map(({ origin }) => origin)).toEqual(['third', 'last']);
});

it('loads a record with all of its heads, also where they spell its id differently', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spark-peers-load-'));
  const log = new Log();
  const open = (name: string) => new ReplicaFile(folder, name, null).begin();
  const [a, b, c] = [await open('a'), await open('b'), await open('c')];
  await a.notes.put('Notes/1', { title: 'by a' });
  await b.notes.put('notes/1', { title: 'by b' });
  await settle(log, [a, b], true);
  await a.takeSnapshot(log);
  await c.meet(log);
  await c.loadSnapshot(log);
  const headsOf = ({ database }: ReplicaFile) =>
    database.read((file) => file.rows('SELECT origin, number FROM spark_peer_heads ORDER BY origin'));
  const [here, there] = [await headsOf(a), await headsOf(c)];
  const titles = [await a.notes.get('notes/1'), await c.notes.get('notes/1')].map((note) => note?.title);
  for (const { database } of [a, b, c]) await database.close();
  rmSync(folder, { recursive: true });
  expect(here).toHaveLength(2);
  expect(there).toEqual(here);
  expect(titles).toEqual([titles[0], titles[0]]);
});
