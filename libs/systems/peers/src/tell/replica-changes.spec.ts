import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { VERSION } from '@nestjs-spark/contracts';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import { MemoryLogger } from '@nestjs-spark/testing';
import { Log, ReplicaFile, settle, writeByHand } from '../../testing/replica-file.ts';
import type { PeerEntity } from '../declare/find-entities.ts';
import { ReplicatedEntity } from '../declare/replicated-entity.ts';
import { PeerEventTrimmer } from '../trim/event-trimmer.ts';
import { type ReplicaChange, ReplicaChanges } from './replica-changes.ts';

@ReplicatedEntity()
class Note {
  title!: string;
}

@ReplicatedEntity({ emit: false })
class QuietNote extends Note {}

class Plain extends Note {}

describe('the changes of a replicated collection', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;
  let told: string[];
  let logger: MemoryLogger;

  const changesOf = async (node: ReplicaFile, type: typeof Note = Note, endMs?: number) => {
    const mapping = new EntityMapping(type.prototype);
    const entity: PeerEntity = {
      type,
      mapping,
      declaration: { collection: 'Notes', dictionaries: [] },
      policy: 'last-write-wins',
      resolver: null,
      fingerprint: '',
    };
    const parts = { database: node.database, node: node.name, entities: [entity], logger, endMs };
    const changes = new ReplicaChanges(parts);
    await changes.begin();
    return changes;
  };
  const say = ({ id, document, node, isLocal }: ReplicaChange<Note>) =>
    void told.push(`${id} ${document?.title ?? 'gone'} ${isLocal ? 'here' : `by ${node}`}`);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-tell-'));
    log = new Log();
    [told, logger] = [[], new MemoryLogger()];
    [a, b] = [
      await new ReplicaFile(folder, 'a', null).begin(),
      await new ReplicaFile(folder, 'b', null).begin(),
    ];
  });
  afterEach(async () => {
    for (const { database } of [a, b]) await database.close();
    rmSync(folder, { recursive: true });
  });

  it('are reported for each document, by the rule of the tables: ids that differ in more than ASCII letters are two', async () => {
    const changes = await changesOf(a);
    changes.on(Note, say);
    await a.notes.put('notes/É', { title: 'one' });
    await a.notes.put('notes/é', { title: 'another' });
    await changes.tell();
    expect(told).toEqual(['notes/É one here', 'notes/é another here']);
  });

  it('are reported once they are stored, those of other nodes too, and nothing that was there before', async () => {
    await a.notes.put('notes/0', { title: 'before' });
    const changes = await changesOf(a);
    changes.on(Note, say);
    await a.notes.put('notes/1', { title: 'bread' });
    await changes.tell();
    await b.notes.put('notes/2', { title: 'milk' });
    await settle(log, [a, b]);
    await changes.tell();
    await b.notes.delete('notes/1');
    await settle(log, [a, b]);
    await changes.tell();
    await changes.tell();
    expect(told).toEqual(['notes/1 bread here', 'notes/2 milk by b', 'notes/1 gone by b']);
  });

  it('are reported with the document as it is now and its version, whoever wrote it', async () => {
    const changes = await changesOf(a);
    const versions: unknown[] = [];
    changes.on(Note, (change) => {
      say(change);
      versions.push(change.document?.[VERSION]);
    });
    await a.notes.put('notes/1', { title: 'first' });
    const { [VERSION]: version } = await a.notes.put('notes/1', { title: 'second' });
    await writeByHand(a.path, 'notes/hand', 'by another program');
    await changes.tell();
    expect(told).toEqual(['notes/1 second here', 'notes/hand by another program here']);
    expect(versions[0]).toBe(version);
  });

  it('are reported right after deletes were forgotten, too, whose places no other event takes', async () => {
    await a.notes.put('notes/1', { title: 'old' });
    await a.notes.delete('notes/1');
    await settle(log, [a, b], true);
    const changes = await changesOf(b);
    changes.on(Note, say);
    const before =
      (await b.database.read((open) => open.number('SELECT max(hlc) AS value FROM spark_peer_events'))) + 1;
    log.aheadMs = 2 * 86_400_000;
    expect(await log.publishAny(a, before)).toBe(true);
    await a.read(log);
    await a.notes.put('notes/2', { title: 'new' });
    expect(await log.publish(a)).toBe(true);
    await b.read(log);
    await changes.tell();
    expect(told).toEqual(['notes/2 new by a']);
  });

  it('are not those of the event tables, which lose rows without a change', async () => {
    const changes = await changesOf(a);
    for (let at = 0; at < 5; at++) await a.notes.put('notes/1', { title: `${at}` });
    await settle(log, [a, b], true);
    await changes.tell();
    changes.on(Note, say);
    const trimmer = new PeerEventTrimmer(a.database, 1, logger);
    for (let times = 0; times < 2; times++) {
      await trimmer.trim();
      await a.database.write(({ db }) => db.exec('DELETE FROM Notes_Events'));
      await changes.tell();
    }
    expect(told).toEqual([]);
  });

  it('are not reported for a collection that does not emit, which is replicated all the same', async () => {
    const changes = await changesOf(a, QuietNote);
    expect(() => changes.on(QuietNote, say)).toThrow('QuietNote is declared with emit: false');
    expect(() => changes.on(Plain, say)).toThrow('Plain is not replicated');
    await b.notes.put('notes/1', { title: 'quiet' });
    await settle(log, [a, b]);
    await changes.tell();
    expect(told).toEqual([]);
    expect(await a.notes.get('notes/1')).toMatchObject({ title: 'quiet' });
  });

  it('go on after a listener that throws, and end with the subscription', async () => {
    const changes = await changesOf(a);
    changes.on(Note, ({ id }) => {
      throw new Error(`not ${id}`);
    });
    const stop = changes.on(Note, say);
    await a.notes.put('notes/1', { title: 'one' });
    await changes.tell();
    stop();
    await a.notes.put('notes/2', { title: 'two' });
    await changes.tell();
    expect(told).toEqual(['notes/1 one here']);
    expect(JSON.stringify(logger.lines)).toContain('not notes/1');
  });

  it('are reported to a listener as often as it is subscribed, and until that subscription ends', async () => {
    const changes = await changesOf(a);
    const [stop] = [changes.on(Note, say), changes.on(Note, say)];
    await a.notes.put('notes/1', { title: 'one' });
    await changes.tell();
    stop();
    await a.notes.put('notes/2', { title: 'two' });
    await changes.tell();
    expect(told).toEqual(['notes/1 one here', 'notes/1 one here', 'notes/2 two here']);
  });

  it('are no longer reported once the node stops, however many there are', async () => {
    const changes = await changesOf(a);
    const stop = new AbortController();
    changes.on(Note, (change) => {
      say(change);
      stop.abort();
    });
    for (const at of [1, 2, 3]) await a.notes.put(`notes/${at}`, { title: `${at}` });
    await changes.run(stop.signal);
    expect(told).toEqual(['notes/1 1 here']);
  });

  it('do not hold up a node that stops: the log names the listener that has not returned', async () => {
    const changes = await changesOf(a, Note, 1);
    const stop = new AbortController();
    const called = Promise.withResolvers<void>();
    changes.on(Note, function sendMail() {
      called.resolve();
      return new Promise<void>(() => undefined);
    });
    await a.notes.put('notes/1', { title: 'one' });
    const running = changes.run(stop.signal);
    await called.promise;
    stop.abort();
    await running;
    expect(JSON.stringify(logger.lines)).toContain(
      'A listener (sendMail) for notes/1 in Notes has not returned: this node stops without it, and does not report the change again',
    );
  });

  it('are not named when the node stops while no listener is called', async () => {
    const changes = await changesOf(a, Note, 1);
    const stop = new AbortController();
    const called = Promise.withResolvers<void>();
    changes.on(Note, () => called.resolve());
    await a.notes.put('notes/1', { title: 'one' });
    const running = changes.run(stop.signal);
    await called.promise;
    stop.abort();
    await running;
    expect(logger.lines).toEqual([]);
  });

  it('cost a node without listeners nothing: it does not read the file after a write', async () => {
    const changes = await changesOf(a);
    changes.on(Note, say)();
    await changes.tell();
    const read = jest.spyOn(a.database, 'read');
    for (let at = 0; at < 3; at++) {
      await a.notes.put('notes/1', { title: `${at}` });
      read.mockClear();
      await changes.tell();
      expect(read).not.toHaveBeenCalled();
    }
  });

  it('are reported from when the first listener, or the next one after all have stopped, begins to listen', async () => {
    const changes = await changesOf(a);
    await a.notes.put('notes/1', { title: 'unheard' });
    const stop = changes.on(Note, say);
    await a.notes.put('notes/2', { title: 'heard' });
    await changes.tell();
    stop();
    await a.notes.put('notes/3', { title: 'unheard' });
    await changes.tell();
    changes.on(Note, say);
    await changes.tell();
    await a.notes.put('notes/4', { title: 'heard' });
    await changes.tell();
    expect(told).toEqual(['notes/2 heard here', 'notes/4 heard here']);
  });

  it('are found by a running node', async () => {
    const changes = await changesOf(a);
    const stop = new AbortController();
    const arrived = Promise.withResolvers<ReplicaChange<Note>>();
    changes.on(Note, arrived.resolve);
    const running = changes.run(stop.signal);
    await a.notes.put('notes/1', { title: 'soon' });
    expect(await arrived.promise).toMatchObject({ id: 'notes/1', isLocal: true });
    stop.abort();
    await running;
  });
});
