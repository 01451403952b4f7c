import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Snapshots } from './snapshots.ts';
import { Log, ReplicaFile, settle, writeByHand } from '../../testing/replica-file.ts';

describe('a snapshot of the log', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;
  const opened: ReplicaFile[] = [];

  const open = (name: string): ReplicaFile => {
    const file = new ReplicaFile(folder, name, null);
    opened.push(file);
    return file;
  };
  const equal = async (...files: ReplicaFile[]) => {
    const [first, ...rest] = await Promise.all(files.map((file) => file.seen()));
    for (const other of rest) expect(other).toEqual(first);
    return first ?? [];
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-snapshots-'));
    log = new Log();
    a = await open('a').begin();
    b = await open('b').begin();
    for (const node of [a, b]) await node.meet(log);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('brings an empty file to where the log is, without what was trimmed from it', async () => {
    for (let count = 0; count < 600; count++) await a.notes.put(`notes/${count}`, { title: 'first' });
    await settle(log, [a, b]);
    await a.notes.put('notes/1', { title: 'by a' });
    await b.notes.put('notes/1', { title: 'by b' });
    await b.notes.delete('notes/2');
    await settle(log, [a, b]);
    expect(await b.takeSnapshot(log)).toBe(log.messages.length);
    expect(log.messages).toContain(null);
    await a.notes.put('notes/3', { title: 'after it' });
    await settle(log, [a, b]);
    const empty = await open('empty').begin();
    await empty.loadSnapshot(log);
    await empty.notes.put('notes/4', { title: 'by the new one' });
    await settle(log, [a, b, empty]);
    await equal(a, b, empty);
    expect(await empty.notes.get('notes/4')).toMatchObject({ title: 'by the new one' });
    expect(await empty.notes.get('notes/3')).toMatchObject({ title: 'after it' });
    expect(await empty.notes.get('notes/2')).toBeNull();
  });

  it('leaves a file what it has written and not published, however far behind it is', async () => {
    await a.notes.put('notes/1', { title: 'first' });
    await settle(log, [a, b]);
    await a.database.backup(join(folder, 'restored.db'));
    await writeByHand(join(folder, 'restored.db'), 'notes/by-hand', 'never published');
    await a.notes.put('notes/2', { title: 'after the backup' });
    await settle(log, [a, b]);
    await b.notes.put('notes/1', { title: 'later' });
    await settle(log, [a, b]);
    await b.takeSnapshot(log);
    const restored = await open('restored').begin();
    await restored.loadSnapshot(log);
    await settle(log, [restored, a, b]);
    expect(await equal(restored, a, b)).toMatchObject([
      { id: 'notes/1', title: 'later' },
      { id: 'notes/2' },
      { id: 'notes/by-hand', title: 'never published' },
    ]);
  });

  it('does not hold what its maker has not published', async () => {
    await a.notes.put('notes/1', { title: 'published' });
    await settle(log, [a, b]);
    await a.notes.put('notes/1', { title: 'not yet' });
    await a.takeSnapshot(log);
    const empty = await open('empty').begin();
    await empty.loadSnapshot(log);
    expect(await empty.seen()).toEqual(await b.seen());
  });

  it('is not one of another log, nor one past the end of a log that was restored, and those are removed', async () => {
    await a.notes.put('notes/1', { title: 'one' });
    await settle(log, [a, b]);
    await a.takeSnapshot(log);
    await a.notes.put('notes/1', { title: 'two' });
    await settle(log, [a, b]);
    await a.takeSnapshot(log);
    const backup = new Log(log.created);
    backup.messages.push(...log.messages.slice(0, 1));
    backup.tailOf = (writer) => log.tailOf(writer);
    for (const [name, content] of log.objects) backup.objects.set(name, content);
    const snapshots = (of: Log) => new Snapshots(a.writer, a.store, of);
    expect(await snapshots(backup).latest(backup.state)).toMatchObject({ cut: 1 });
    const another = new Log('tomorrow');
    another.messages.push(...log.messages, ...log.messages);
    for (const [name, content] of log.objects) another.objects.set(name, content);
    expect(await snapshots(another).latest(another.state)).toBeNull();
    await a.meet(another);
    await a.notes.put('notes/1', { title: 'three' });
    another.messages.length = 0;
    await settle(another, [a]);
    await a.takeSnapshot(another);
    const manifests = [...another.objects.keys()].filter((name) => name.endsWith('/manifest'));
    expect(manifests).toEqual([`snapshot/${another.messages.length}/a/manifest`]);
    await expect(a.takeSnapshot(log)).rejects.toThrow('the log has been replaced');
  });

  it('leaves nothing behind where its loading was interrupted and a later one is loaded', async () => {
    await a.notes.put('notes/1', { title: 'one' });
    await settle(log, [a, b]);
    await b.takeSnapshot(log);
    const empty = await open('empty').begin();
    const { finishLoading } = empty.store;
    empty.store.finishLoading = () => Promise.reject(new Error('stopped'));
    await expect(empty.loadSnapshot(log)).rejects.toThrow('stopped');
    empty.store.finishLoading = finishLoading;
    for (const title of ['two', 'three']) {
      await b.notes.put('notes/1', { title });
      await settle(log, [a, b]);
    }
    await b.takeSnapshot(log);
    await empty.loadSnapshot(log);
    await equal(a, b, empty);
  });

  it('is passed over where a part of it is gone, for the one before it, until another of its name may be there', async () => {
    for (const title of ['one', 'two']) {
      await a.notes.put('notes/1', { title });
      await settle(log, [a, b]);
      await a.takeSnapshot(log);
    }
    log.objects.delete('snapshot/2/a/0');
    const empty = await open('empty').begin();
    const snapshots = new Snapshots(empty.writer, empty.store, log);
    const load = async () => {
      const latest = await snapshots.latest(log.state);
      return latest && snapshots.load(latest).then(() => latest.cut);
    };
    await expect(load()).rejects.toThrow('gone or damaged');
    expect(await load()).toBe(1);
    await a.takeSnapshot(log);
    await load();
    await load();
    expect(await load()).toBe(2);
    await equal(a, empty);
  });

  it('lets the process continue between its pages, when it is taken and when it is loaded', async () => {
    await a.database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let count = 0; count < 2_000; count++) insert.run(`notes/${count}`, '{"Title":"one"}');
    });
    await settle(log, [a]);
    let turn = 0;
    const over = new AbortController();
    const turning = (async () => {
      for (; !over.signal.aborted; turn++) await nextTurn();
    })();
    /** In which turn of the event loop each step is taken. */
    const turnsOf = (store: ReplicaFile['store'], step: 'snapshotPage' | 'loadRecords'): number[] => {
      const turns: number[] = [];
      const take: (...given: never[]) => unknown = store[step].bind(store);
      Object.assign(store, { [step]: (...given: never[]) => (turns.push(turn), take(...given)) });
      return turns;
    };
    const empty = await open('empty').begin();
    const [read, loaded] = [turnsOf(a.store, 'snapshotPage'), turnsOf(empty.store, 'loadRecords')];
    await a.takeSnapshot(log);
    await empty.loadSnapshot(log);
    over.abort();
    await turning;
    for (const turns of [read, loaded]) {
      expect(turns.length).toBeGreaterThan(9);
      expect(new Set(turns).size).toBe(turns.length);
    }
    await equal(a, empty);
  });

  it('ends within a page when the node stops, while it is taken and while it is loaded, and continues later', async () => {
    await a.database.write(({ db }) => {
      const insert = db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)');
      for (let count = 0; count < 1_000; count++) insert.run(`notes/${count}`, '{"Title":"one"}');
    });
    await settle(log, [a]);
    const empty = await open('empty').begin();
    /** Aborts once a step was taken, and counts how often it is. */
    const stopAt = (store: ReplicaFile['store'], step: 'snapshotPage' | 'loadRecords') => {
      const stop = new AbortController();
      const stopping = { signal: stop.signal, steps: 0 };
      const take: (...given: never[]) => unknown = store[step].bind(store);
      const counted = (...given: never[]) => (stopping.steps++, stop.abort(), take(...given));
      Object.assign(store, { [step]: counted });
      return stopping;
    };
    const [taking, loading] = [stopAt(a.store, 'snapshotPage'), stopAt(empty.store, 'loadRecords')];
    await expect(new Snapshots(a.writer, a.store, log).take(log.created, taking.signal)).rejects.toThrow();
    expect([taking.steps, log.objects.size]).toEqual([1, 0]);
    await a.takeSnapshot(log);
    const snapshots = new Snapshots(empty.writer, empty.store, log);
    const latest = await snapshots.latest(log.state);
    await expect(latest && snapshots.load(latest, loading.signal)).rejects.toThrow();
    expect(loading.steps).toBe(1);
    await empty.loadSnapshot(log);
    await equal(a, empty);
  });

  it('removes those before the one before it', async () => {
    for (const title of ['one', 'two', 'three']) {
      await a.notes.put('notes/1', { title });
      await settle(log, [a, b]);
      await a.takeSnapshot(log);
    }
    const manifests = [...log.objects.keys()].filter((name) => name.endsWith('/manifest'));
    expect(manifests).toEqual(['snapshot/2/a/manifest', 'snapshot/3/a/manifest']);
  });
});
