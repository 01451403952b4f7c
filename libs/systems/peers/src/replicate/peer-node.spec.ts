import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
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

  const nodeOf = (log: Log, askForSnapshot: () => Promise<unknown> = async () => undefined) =>
    new PeerNode({
      writer: c.writer,
      store: c.store,
      log,
      snapshots: new Snapshots(c.writer, c.store, log),
      keepEvents: 1_000,
      logger: new MemoryLogger(),
      askForSnapshot,
      begin: () => c.store.begin([{ collection: 'Notes' }], 0),
    });

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
    node = nodeOf(log, () => (asked++, a.takeSnapshot(log)));
    node.start('wait');
    await node.whenReady();
    expect(asked).toBeGreaterThan(0);
    expect(await c.seen()).toEqual(await a.seen());
    expect(await c.seen()).toHaveLength(4);
  });

  it('reads a log from the beginning that was restored, however much others have written to it since', async () => {
    const log = new Log();
    const write = async (title: string, to: Log) => {
      await a.notes.put(`notes/${title}`, { title });
      await settle(to, [a], true);
    };
    await a.meet(log);
    for (const title of ['one', 'two', 'lost']) await write(title, log);
    await (await c.begin()).meet(log);
    await c.read(log);
    const restored = new Log(log.created);
    for (const message of log.messages.slice(0, 2))
      if (message) restored.say(message.writer, message, message.storedAt - 1_000);
    await a.meet(restored);
    for (const title of ['three', 'four', 'five']) await write(title, restored);
    expect(restored.messages.length).toBeGreaterThan(log.messages.length);
    node = nodeOf(restored);
    node.start('wait');
    await node.whenReady();
    await eventually(async () => expect(await c.seen()).toEqual(await a.seen()));
    expect(await c.seen()).toHaveLength(6);
  });

  it('is not ready by the end of a log that has replaced the one it was reading', async () => {
    const log = new Log();
    await a.meet(log);
    for (let at = 0; at < 3; at++) {
      await a.notes.put(`notes/${at}`, { title: `${at}` });
      await settle(log, [a], true);
    }
    const [asked, lost] = [Promise.withResolvers<typeof log.state>(), Promise.withResolvers<never>()];
    const state = { ...log.state, lastSequence: 9 };
    const describeLog = jest
      .spyOn(log, 'describe')
      .mockResolvedValueOnce(state)
      .mockReturnValueOnce(asked.promise)
      .mockRejectedValue(new Error('away'));
    jest.spyOn(log, 'read').mockImplementation(async function* () {
      yield await lost.promise;
    });
    node = nodeOf(log);
    node.start('wait');
    await eventually(async () => expect(node?.state.log).toBe('connected'));
    const looking = node.look();
    await eventually(async () => expect(describeLog.mock.calls.length).toBeGreaterThanOrEqual(2));
    lost.reject(new Error('the connection is lost'));
    await eventually(async () => expect(node?.state.log).toBe('away'));
    asked.resolve({ ...log.state, created: 'tomorrow', lastSequence: 0 });
    expect((await looking).isReady).toBe(false);
  });

  it.each([
    ['a message is missing', (log: Log) => void log.messages.fill(null, 1, 2)],
    ['a message cannot be applied', () => jest.spyOn(c.store, 'apply').mockRejectedValue(new Error('full'))],
  ])('stops reading the log once %s, until its next attempt', async (_, disturb) => {
    const log = new Log();
    await a.meet(log);
    for (const title of ['one', 'two', 'three']) {
      await a.notes.put(`notes/${title}`, { title });
      await settle(log, [a], true);
    }
    disturb(log);
    const read = jest.spyOn(log, 'read');
    node = nodeOf(log);
    node.start('wait');
    await eventually(async () => expect(read.mock.calls.length).toBeGreaterThanOrEqual(2));
    expect(read.mock.calls[0]?.[1].aborted).toBe(true);
  });
});
