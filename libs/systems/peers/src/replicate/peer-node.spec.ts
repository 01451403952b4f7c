import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';
import { PeerEventTrimmer } from '../trim/event-trimmer.ts';
import { PeerNode } from './peer-node.ts';
import { Snapshots } from './snapshots.ts';

describe('a new node', () => {
  let folder: string;
  let a: ReplicaFile;
  let c: ReplicaFile;
  let node: PeerNode | null = null;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-node-'));
    a = await new ReplicaFile(folder, 'a', null).begin();
    c = new ReplicaFile(folder, 'c', null);
  });
  afterEach(async () => {
    await node?.stop();
    for (const { database } of [a, c]) await database.close();
    rmSync(folder, { recursive: true });
  });

  it('is ready only with a snapshot when the log was removed, and does not say again what all the others have', async () => {
    const first = new Log();
    await a.meet(first);
    const trimmer = new PeerEventTrimmer(a.database, 1, new MemoryLogger());
    for (let at = 0; at < 20; at++) await a.notes.put(`notes/${at % 3}`, { title: `${at}` });
    for (let times = 0; times < 2; times++) {
      await settle(first, [a], true);
      await trimmer.trim();
      await a.notes.put('notes/last', { title: `${times}` });
    }
    const log = new Log('tomorrow');
    await a.meet(log);
    await settle(log, [a], true);
    let asked = 0;
    node = new PeerNode({
      writer: c.writer,
      store: c.store,
      log,
      snapshots: new Snapshots('c', c.store, log),
      keepEvents: 1_000,
      logger: new MemoryLogger(),
      askForSnapshot: () => (asked++, a.takeSnapshot(log)),
      begin: () => c.store.begin([{ collection: 'Notes' }], 0),
    });
    node.start('wait');
    await node.whenReady();
    expect(asked).toBeGreaterThan(0);
    expect(await c.seen()).toEqual(await a.seen());
    expect(await c.seen()).toHaveLength(4);
  });
});
