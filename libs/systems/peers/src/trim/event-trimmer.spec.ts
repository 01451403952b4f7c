import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { listConflicts, PeerRows } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';
import { PeerEventTrimmer } from './event-trimmer.ts';

const KEEP = 5;

describe('the events of a file', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;
  const trimmers = new Map<ReplicaFile, PeerEventTrimmer>();
  const opened: ReplicaFile[] = [];

  const open = async (name: string): Promise<ReplicaFile> => {
    const node = await new ReplicaFile(folder, name, null).begin();
    opened.push(node);
    trimmers.set(node, new PeerEventTrimmer(node.database, KEEP, new MemoryLogger()));
    await node.meet(log);
    return node;
  };
  const eventsOf = (node: ReplicaFile, where = 'TRUE') =>
    node.database.read(({ db }) =>
      Number(db.prepare(`SELECT count(*) AS n FROM spark_peer_events WHERE ${where}`).get()?.['n']),
    );
  /** Twice: what is found to be everywhere is removed when it is looked at again. */
  const trim = async (...nodes: ReplicaFile[]) => {
    for (let times = 0; times < 2; times++) {
      await settle(log, nodes, true);
      for (const node of nodes) await trimmers.get(node)?.trim();
    }
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-trim-'));
    log = new Log();
    [a, b] = [await open('a'), await open('b')];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('do not become more when the same documents are changed, created and deleted again and again', async () => {
    const counts: number[] = [];
    for (let round = 0; round < 8; round++) {
      for (let change = 0; change < 20; change++) {
        await a.notes.put(`notes/${change % 4}`, { title: `${round} ${change}` });
        await b.notes.put('notes/gone', { title: 'for a moment' });
        await b.notes.delete('notes/gone');
      }
      await trim(a, b);
      counts.push(await eventsOf(a), await eventsOf(b));
    }
    // The documents, the tombstone, what is kept for people, and the last event of each origin.
    expect(Math.max(...counts)).toBeLessThanOrEqual(4 + 1 + KEEP + 2);
    expect(await a.seen()).toEqual(await b.seen());
    expect(await a.seen()).toHaveLength(4);
  });

  it('do not grow in number for any of several documents whose ids differ only in a letter beyond ASCII', async () => {
    for (let change = 0; change < 20; change++) {
      await a.notes.put(change % 2 === 0 ? 'notes/É' : 'notes/é', { title: `${change}` });
    }
    await trim(a, b);
    expect(await eventsOf(a)).toBeLessThanOrEqual(2 + KEEP + 1);
  });

  it('stay while a member has not acknowledged them, or they are not in the log', async () => {
    await trim(a, b);
    const change = async (node: ReplicaFile) => {
      for (let at = 0; at < 20; at++) await node.notes.put('notes/1', { title: `${node.name} ${at}` });
    };
    await change(a);
    // Nothing is read by b.
    for (let times = 0; times < 3; times++) {
      await settle(log, [a], true);
      await trimmers.get(a)?.trim();
    }
    expect(await eventsOf(a)).toBe(20);
    await trim(a, b);
    expect(await eventsOf(a)).toBeLessThanOrEqual(KEEP + 2);
    await change(b);
    for (let times = 0; times < 3; times++) await trimmers.get(b)?.trim();
    expect(await eventsOf(b, `origin = (SELECT origin FROM spark_peer)`)).toBe(20);
  });

  it('are looked at without writing to the file while there is nothing to remove', async () => {
    await a.notes.put('notes/1', { title: 'once' });
    await trim(a, b);
    // What it finds out now it says when it looks again.
    await trimmers.get(a)?.trim();
    let written = 0;
    const stop = a.database.onWritten(() => (written += 1));
    for (let times = 0; times < 3; times++) await trimmers.get(a)?.trim();
    stop();
    expect(written).toBe(0);
  });

  it('that a join has loaded are passed over without writing to the file, except where one was replaced', async () => {
    for (let at = 0; at < 1_000; at++) await a.notes.put(`notes/${at}`, { title: 'loaded' });
    await settle(log, [a, b], true);
    await a.takeSnapshot(log);
    const c = await open('c');
    await c.loadSnapshot(log);
    await settle(log, [a, b, c], true);
    await c.notes.put('notes/500', { title: 'replaced' });
    await settle(log, [a, b, c], true);
    await trimmers.get(c)?.trim();
    let written = 0;
    const stop = c.database.onWritten(() => (written += 1));
    await trimmers.get(c)?.trim();
    stop();
    // The own event that is everywhere now, the page of the replaced event, and the end.
    expect(written).toBe(3);
    expect(await eventsOf(c, `record_id = 'notes/500'`)).toBe(1);
    expect(await eventsOf(c)).toBeGreaterThanOrEqual(1_000);
  });

  it('are left for later when the node stops', async () => {
    for (let at = 0; at < 500; at++) await a.notes.put(`notes/${at % 250}`, { title: `${at}` });
    await settle(log, [a, b], true);
    await trimmers.get(a)?.trim();
    await trimmers.get(a)?.trim(AbortSignal.abort());
    expect(await eventsOf(a)).toBe(500);
    await trim(a);
    expect(await eventsOf(a)).toBeLessThanOrEqual(250 + KEEP + 1);
  });

  it('answer for what met in conflicts, open ones and the latest that ended', async () => {
    const meet = async (id: string) => {
      await a.notes.put(id, { title: 'by a' });
      await b.notes.put(id, { title: 'by b' });
      await settle(log, [a, b], true);
    };
    await meet('notes/open');
    await meet('notes/ended');
    await a.notes.put('notes/ended', { title: 'later' });
    for (let at = 0; at < 30; at++) await a.notes.put('notes/ended', { title: `later ${at}` });
    for (let at = 0; at < 30; at++) await a.notes.put('notes/other', { title: `${at}` });
    await trim(a, b);
    expect(await eventsOf(a)).toBeLessThan(20);
    for (const node of [a, b]) {
      const conflicts = await node.database.read((file) => listConflicts(file, 'Notes'));
      const met = conflicts.map(({ recordId, heads }) => [recordId, heads.map(({ event }) => event.data)]);
      for (const id of ['notes/open', 'notes/ended'])
        expect(met).toContainEqual([
          id,
          expect.arrayContaining(['{"Title":"by a"}', '{"Title":"by b"}']) as unknown,
        ]);
    }
    const idsOf = async (which: 'open' | 'ended') =>
      (await a.database.read((file) => listConflicts(file, 'Notes', which))).map(({ recordId }) => recordId);
    expect([await idsOf('open'), await idsOf('ended')]).toEqual([['notes/open'], ['notes/ended']]);
    expect(await a.seen()).toEqual(await b.seen());
  });

  it('make a new node complete by a snapshot that is taken after they are gone', async () => {
    for (let at = 0; at < 30; at++) await a.notes.put(`notes/${at % 3}`, { title: `${at}` });
    await b.notes.put('notes/gone', { title: 'deleted' });
    await settle(log, [a, b], true);
    await a.notes.delete('notes/gone');
    await trim(a, b);
    expect(await eventsOf(a)).toBeLessThan(15);
    // Not published yet, over something that everybody has.
    await a.notes.put('notes/1', { title: 'only here' });
    await a.takeSnapshot(log);
    const c = await open('c');
    await c.loadSnapshot(log);
    expect(await c.seen()).toEqual(await b.seen());
    await settle(log, [a, b, c]);
    for (const node of [b, c]) expect(await node.seen()).toEqual(await a.seen());
    expect(await a.seen()).toContainEqual(expect.objectContaining({ title: 'only here' }));
  });

  it('are enough to go on with another log when the one before is gone', async () => {
    for (let at = 0; at < 30; at++) await a.notes.put(`notes/${at % 3}`, { title: `${at}` });
    await settle(log, [a, b], true);
    for (let at = 0; at < 9; at++) await b.notes.put('notes/2', { title: `by b ${at}` });
    await trim(a, b);
    expect(await eventsOf(a)).toBeLessThan(20);
    const before = await a.seen();
    log = new Log('tomorrow');
    for (const node of [a, b]) await node.meet(log);
    await settle(log, [a, b]);
    await a.notes.put('notes/0', { title: 'in the new log' });
    await b.notes.put('notes/1', { title: 'in the new log, too' });
    await settle(log, [a, b], true);
    expect(await a.database.read((file) => new PeerRows(file).backlog)).toBe(0);
    expect(await b.seen()).toEqual(await a.seen());
    expect(await a.seen()).toHaveLength(before.length);
    expect((await a.seen()).map((note) => (note as { title: string }).title)).toEqual(
      expect.arrayContaining(['in the new log', 'in the new log, too']),
    );
    const conflicts = await a.database.read((file) => listConflicts(file, 'Notes'));
    expect(conflicts.filter(({ ended }) => ended === null)).toEqual([]);
  });
});
