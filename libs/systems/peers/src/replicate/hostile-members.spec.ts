import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LATEST_STAMP, SqliteRepository } from '@nestjs-spark/sqlite/internal';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { Log, ReplicaFile, settle, writeByHand, writerOf } from '../../testing/replica-file.ts';
import { encodeClose, encodeMessage } from '../carry/message.ts';
import { drawOrigin } from '../carry/origin.ts';
import type { PeerEvent } from '../merge/event.ts';

describe('replicas with a hostile member, and with other programs at their files', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-hostile-'));
    log = new Log();
    [a, b] = [new ReplicaFile(folder, 'a', null), new ReplicaFile(folder, 'b', null)];
    for (const node of [a, b]) await (await node.begin()).meet(log);
  });
  afterEach(async () => {
    for (const { database } of [a, b]) await database.close();
    rmSync(folder, { recursive: true });
  });

  it('remember nothing of a close that no operator has proved', async () => {
    log.say('stranger', encodeClose({ origin: 'stranger', node: 'b', after: 0, proof: 'p' }));
    await settle(log, [a, b]);
    const strangers = `SELECT count(*) AS value FROM spark_peer_origins WHERE origin = 'stranger'`;
    expect(await a.database.read((file) => file.number(strangers))).toBe(0);
    expect((await a.store.place()).position).toBe(log.messages.length);
  });

  it.each(['Drafts', 'NOTES'])(
    'show nothing of %s, which they do not replicate under this name',
    async (entity) => {
      const hostile = writerOf('hostile');
      const origin = drawOrigin(hostile.signer.keyId);
      const drafts = new SqliteRepository<{ title: string }>(a.database, { collection: 'Drafts' });
      await drafts.put('drafts/1', { title: 'of a alone' });
      await a.notes.put('notes/1', { title: 'of all' });
      const events = ['drafts/1', 'notes/1'].map((recordId, at) => ({
        ...ONE_EVENT,
        origin,
        entity,
        recordId,
        number: at + 1,
        tx: at + 1,
        data: '{"Title":"from elsewhere"}',
      }));
      log.say(origin, await encodeMessage(hostile, events as [PeerEvent, ...PeerEvent[]]));
      await settle(log, [a, b]);
      expect(await drafts.get('drafts/1')).toMatchObject({ title: 'of a alone' });
      expect(await a.seen()).toMatchObject([{ title: 'of all' }]);
      expect(await b.seen()).toEqual(await a.seen());
    },
  );

  it('go on after a change with the latest stamp that is believed', async () => {
    const hostile = writerOf('hostile');
    const origin = drawOrigin(hostile.signer.keyId);
    const event = { ...ONE_EVENT, origin, data: '{"Title":"for ever"}', hlc: LATEST_STAMP };
    log.say(origin, await encodeMessage(hostile, [event]));
    await settle(log, [a, b]);
    await a.notes.put('notes/1', { title: 'after it' });
    await b.notes.put('notes/1', { title: 'also after it' });
    await settle(log, [a, b]);
    await b.notes.put('notes/1', { title: 'the last' });
    await settle(log, [a, b]);
    expect(await a.seen()).toEqual(await b.seen());
    expect(await a.seen()).toMatchObject([{ title: 'the last' }]);
  });

  it.each(['', 'x'.repeat(513), 'ä'.repeat(257), 'nul\0'])(
    'take no document of another program whose id no other node would take: %#',
    async (id) => {
      await expect(writeByHand(a.path, id, 'by hand')).rejects.toThrow('has 1 to 512 bytes, none of them 0');
      await writeByHand(a.path, 'x'.repeat(512), 'by hand');
      await settle(log, [a, b]);
      expect(await b.seen()).toEqual(await a.seen());
      expect(await b.seen()).toHaveLength(1);
    },
  );
});
