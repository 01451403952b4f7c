import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VERSION } from '@nestjs-spark/contracts';
import { countRecords, listConflicts, listStash, peerFigures } from '@nestjs-spark/sqlite/internal';
import { MemoryLogger } from '@nestjs-spark/testing';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';
import { Expiry } from './expiry.ts';

const DAY_MS = 86_400_000;
const ID = 'notes/1';

describe('deletes that are old', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;
  const opened: ReplicaFile[] = [];

  const open = async (name: string): Promise<ReplicaFile> => {
    const node = await new ReplicaFile(folder, name, null).begin();
    opened.push(node);
    await node.meet(log);
    return node;
  };
  const expiryOf = ({ database }: ReplicaFile) => {
    const state = { clockMs: 0, expire: null as number | null, isReady: true };
    const expiry = new Expiry({ database, keepMs: DAY_MS, state, logger: new MemoryLogger() });
    return { state, look: (days: number) => expiry.look(Date.now() + days * DAY_MS) };
  };
  const remembered = (node: ReplicaFile) => countRecords(node.database, 'Notes');
  /** Two days later. */
  const forget = async (by: ReplicaFile, ...nodes: ReplicaFile[]): Promise<boolean> => {
    const { state, look } = expiryOf(by);
    await look(2);
    await look(2);
    log.aheadMs = 2 * DAY_MS;
    const isSaid = state.expire !== null && (await log.publishAny(by, state.expire));
    for (const node of [by, ...nodes]) await node.read(log);
    return isSaid;
  };
  /** A node's file is replaced by a backup of it, which has its name and key. */
  const restored = async (name: string): Promise<ReplicaFile> => {
    const file = join(folder, `${name}.db`);
    rmSync(file);
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
    cpSync(join(folder, 'backup.db'), file);
    return open(name);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-expire-'));
    log = new Log();
    [a, b] = [await open('a'), await open('b')];
    await a.notes.put(ID, { title: 'first' });
    await settle(log, [a, b], true);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('are forgotten on every node, at one place of the log', async () => {
    await b.notes.delete(ID);
    await settle(log, [a, b], true);
    expect(await forget(a, b)).toBe(true);
    expect([await remembered(a), await remembered(b)]).toEqual([0, 0]);
    // The node that writes it again need not have forgotten the delete yet.
    const { [VERSION]: version } = await b.notes.put(ID, { title: 'again' });
    await settle(log, [a, b], true);
    expect(await a.seen()).toEqual([expect.objectContaining({ title: 'again', version })]);
    expect(await a.seen()).toEqual(await b.seen());
  });

  it('are not forgotten before they are old, nor while a member has not acknowledged them', async () => {
    await b.notes.delete(ID);
    await settle(log, [a, b], true);
    const young = expiryOf(a);
    await young.look(0.5);
    await young.look(0.5);
    expect(young.state.expire).toBeNull();
    await a.notes.put('notes/2', { title: 'not read by b' });
    await settle(log, [a], true);
    const old = expiryOf(a);
    await old.look(2);
    await old.look(2);
    expect(old.state.expire).toBeNull();
    await settle(log, [a, b], true);
    await old.look(2);
    expect(old.state.expire).not.toBeNull();
  });

  it('are not forgotten while a member is of an earlier version, which would remember them', async () => {
    await b.notes.delete(ID);
    await settle(log, [a, b], true);
    await a.database.write(({ db }) => db.exec(`UPDATE spark_peer_origins SET knows = 0 WHERE node = 'b'`));
    expect(await forget(a, b)).toBe(false);
    expect(await remembered(a)).toBe(1);
  });

  it('are not forgotten by the word of a member that wants it sooner than any node would', async () => {
    await b.notes.delete(ID);
    await settle(log, [a, b], true);
    await a.notes.put('notes/2', { title: 'not published' });
    expect(await log.publishAny(b, (Date.now() + DAY_MS) * 1_000)).toBe(true);
    for (const node of [a, b]) await node.read(log);
    expect([await remembered(a), await remembered(b)]).toEqual([2, 1]);
    const horizons = [a, b].map(({ store }) => store.horizon());
    expect(await Promise.all(horizons)).toEqual([0, 0]);
  });

  it('are in force where a change that is not published yet has lost to them', async () => {
    await b.notes.put(ID, { title: 'not published' });
    await a.notes.put(ID, { title: 'seen by the delete' });
    await a.notes.delete(ID);
    await settle(log, [a], true);
    await a.database.write(({ db }) => db.exec(`UPDATE spark_peer_origins SET closed = 1 WHERE node = 'b'`));
    await b.read(log);
    expect(await b.seen()).toEqual([]);
    expect(await forget(a, b)).toBe(true);
    await settle(log, [a, b], true);
    expect([await a.seen(), await b.seen()]).toEqual([[], []]);
  });

  it('take the conflicts with them that ended as long ago, which are still counted', async () => {
    await a.notes.put(ID, { title: 'by a' });
    await b.notes.put(ID, { title: 'by b' });
    await settle(log, [a, b], true);
    const figures = () =>
      a.database.read((file) => ({
        listed: listConflicts(file, 'Notes').length,
        ...peerFigures(file, new Map([['Notes', 1]])).entities[0]?.conflicts,
      }));
    await expiryOf(a).look(2);
    expect(await figures()).toEqual({ listed: 1, open: 1, total: 1 });
    await a.notes.put(ID, { title: 'settled' });
    await expiryOf(a).look(0.5);
    expect(await figures()).toEqual({ listed: 1, open: 0, total: 1 });
    await expiryOf(a).look(2);
    expect(await figures()).toEqual({ listed: 0, open: 0, total: 1 });
  });

  it('do not come back with a file that is restored from a backup and loads a snapshot', async () => {
    const c = await open('c');
    await settle(log, [a, b, c], true);
    await c.database.backup(join(folder, 'backup.db'));
    await b.notes.delete(ID);
    await settle(log, [a, b, c], true);
    expect(await forget(a, b, c)).toBe(true);
    await c.database.close();
    opened.splice(opened.indexOf(c), 1);
    await a.takeSnapshot(log);
    const back = await restored('c');
    expect(await back.seen()).toHaveLength(1);
    await back.loadSnapshot(log);
    await settle(log, [a, b, back], true);
    expect(await Promise.all([a, b, back].map((node) => node.seen()))).toEqual([[], [], []]);
    expect(await remembered(back)).toBe(0);
  });

  it('do not come back beside a document whose id differs only by the case of a letter beyond ASCII', async () => {
    const c = await open('c');
    for (const id of ['notes/É', 'notes/é']) await b.notes.put(id, { title: id });
    await settle(log, [a, b, c], true);
    await c.database.backup(join(folder, 'backup.db'));
    await b.notes.delete('notes/É');
    await settle(log, [a, b, c], true);
    expect(await forget(a, b, c)).toBe(true);
    await c.database.close();
    opened.splice(opened.indexOf(c), 1);
    await a.takeSnapshot(log);
    const back = await restored('c');
    await back.loadSnapshot(log);
    await settle(log, [a, b, back], true);
    expect(await back.seen()).toEqual(await a.seen());
  });

  it('set aside what a restored file has not published and may have been deleted', async () => {
    const c = await open('c');
    await c.notes.put('notes/c', { title: 'in the backup not known to be published' });
    await c.database.backup(join(folder, 'backup.db'));
    await settle(log, [a, b, c], true);
    await c.notes.put('notes/later', { title: 'after the backup' });
    await settle(log, [a, b, c], true);
    await b.notes.delete('notes/c');
    await settle(log, [a, b, c], true);
    expect(await forget(a, b, c)).toBe(true);
    await c.database.close();
    opened.splice(opened.indexOf(c), 1);
    await a.takeSnapshot(log);
    const back = await restored('c');
    await back.loadSnapshot(log);
    await settle(log, [a, b, back], true);
    for (const node of [a, b, back]) expect(JSON.stringify(await node.seen())).not.toContain('in the backup');
    const stash = await back.database.read((file) => listStash(file));
    expect(stash).toMatchObject([{ why: 'outdated', event: { recordId: 'notes/c' } }]);
  });
});
