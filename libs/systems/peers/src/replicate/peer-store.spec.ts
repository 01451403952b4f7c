import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VERSION } from '@nestjs-spark/contracts';
import { Log, ReplicaFile, settle, writeByHand } from '../../testing/replica-file.ts';
import type { ConflictResolver } from '../merge/resolve.ts';

describe('files that are replicas', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let b: ReplicaFile;
  const opened: ReplicaFile[] = [];

  const open = (name: string, resolver: ConflictResolver<object> | null = null): ReplicaFile => {
    const node = new ReplicaFile(folder, name, resolver);
    opened.push(node);
    return node;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-'));
    log = new Log();
    a = await open('a').begin();
    b = await open('b').begin();
    for (const node of [a, b]) await node.meet(log);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('show the same documents at the same versions, created, changed and deleted', async () => {
    const milk = await a.notes.create({ title: 'milk' });
    const bread = await b.notes.create({ title: 'bread' });
    await settle(log, [a, b]);
    await b.notes.put(milk.id, { title: 'more milk' });
    await a.notes.delete(bread.id);
    await settle(log, [a, b]);
    expect(await a.seen()).toEqual(await b.seen());
    expect(await a.seen()).toMatchObject([{ id: milk.id, title: 'more milk' }]);
  });

  it('tell a process that another one has begun to work with its file, and not one that renumbers its own events', async () => {
    await a.notes.create({ title: 'one' });
    await settle(log, [a, b]);
    expect(await a.read(log)).toMatchObject({ isShared: false });
    const second = await new ReplicaFile(folder, 'a', null).begin();
    opened.push(second);
    await b.notes.create({ title: 'two' });
    await log.publish(b);
    expect(await a.read(log)).toMatchObject({ isShared: true });
    expect(await second.read(log)).toMatchObject({ isShared: false });
  });

  it('make different ids', async () => {
    const ids = await Promise.all([a, b].map(async ({ notes }) => (await notes.create({ title: 'one' })).id));
    expect(new Set(ids).size).toBe(2);
  });

  it('let a later change stand whatever the clock of its writer', async () => {
    const late = await open('late').begin(3_600_000);
    const note = await late.notes.create({ title: 'first' });
    await settle(log, [late, a]);
    await a.notes.put(note.id, { title: 'second' });
    await settle(log, [late, a]);
    expect(await late.seen()).toMatchObject([{ title: 'second' }]);
  });

  it('take no delay in reading the log for a clock that is late', async () => {
    for (const [delayMs, least] of [
      [2_000, -2_500],
      [0, -500],
      [3_000, -500],
    ] as const) {
      await a.notes.create({ title: 'milk' });
      await log.publish(a);
      const { clockMs } = await a.read(log, undefined, delayMs);
      expect(clockMs).toBeGreaterThan(least);
    }
    await a.notes.create({ title: 'milk' });
    await log.publish(a);
    expect((await a.read(log, undefined, 3_600_000)).clockMs).toBeLessThan(-3_500_000);
  });

  it('date their changes no earlier for a single message of their own that was read late', async () => {
    await a.notes.create({ title: 'milk' });
    await log.publish(a);
    expect((await a.read(log, undefined, 2_000)).clockMs).toBeLessThan(-1_500);
    await b.notes.create({ title: 'bread' });
    await log.publish(b);
    expect((await a.read(log)).clockMs).toBeGreaterThan(-500);
    await b.notes.create({ title: 'more bread' });
    await log.publish(b);
    expect((await a.read(log, undefined, 3_600_000)).clockMs).toBeGreaterThan(-500);
  });

  it('accept a version that another one gave out', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    const version = (await a.notes.get(id))?.[VERSION] ?? '';
    await b.notes.put(id, { title: 'bread' }, { version });
    await expect(b.notes.put(id, { title: 'no' }, { version })).rejects.toThrow();
  });

  it('end a conflict with the later change, and both know of it', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    await a.notes.put(id, { title: 'by a' });
    await b.notes.put(id, { title: 'by b' });
    await settle(log, [a, b]);
    expect(await a.seen()).toEqual(await b.seen());
    expect(await a.seen()).toMatchObject([{ title: 'by b' }]);
  });

  it('end a conflict as a resolver says, even when theirs do not agree', async () => {
    const saying = (title: string, version: number): ConflictResolver<object> => ({
      version,
      resolve: () => ({ type: 'put', document: { Title: title } }),
    });
    const one = await open('one', saying('one says', 1)).begin();
    const two = await open('two', saying('two says', 2)).begin();
    const { id } = await one.notes.create({ title: 'milk' });
    await settle(log, [one, two]);
    await one.notes.put(id, { title: 'by one' });
    await two.notes.put(id, { title: 'by two' });
    await settle(log, [one, two]);
    expect(await one.seen()).toEqual(await two.seen());
    expect(await one.seen()).toMatchObject([{ title: 'two says' }]);
  });

  it('settle what those who wrote it have not settled, once they had their time', async () => {
    const resolver: ConflictResolver<object> = {
      version: 1,
      resolve: () => ({ type: 'put', document: { Title: 'settled' } }),
    };
    const third = await open('third', resolver).begin();
    await a.notes.put('notes/1', { title: 'by a' });
    await b.notes.put('notes/1', { title: 'by b' });
    await settle(log, [a, b, third]);
    expect(await a.seen()).toMatchObject([{ title: 'by b' }]);
    expect(await third.store.proposeForOthers(Date.now() - 20_000)).toBe(0);
    expect(await third.store.proposeForOthers(Infinity)).toBe(1);
    expect(await third.store.proposeForOthers(Infinity)).toBe(0);
    await settle(log, [a, b, third]);
    for (const node of [a, b, third]) expect(await node.seen()).toMatchObject([{ title: 'settled' }]);
  });

  it('note what other programs write, while the process is down, too', async () => {
    await a.database.close();
    await writeByHand(a.path, 'notes/shell', 'by hand');
    const again = await open('a').begin();
    await settle(log, [again, b]);
    expect(await b.seen()).toMatchObject([{ id: 'notes/shell', title: 'by hand' }]);
  });

  it('count rows that were there before as written by their own file, once', async () => {
    const before = new ReplicaFile(folder, 'before', null);
    opened.push(before);
    await before.notes.put('notes/1-A', { title: 'old' });
    await before.begin();
    await settle(log, [before, a]);
    await before.begin();
    await settle(log, [before, a]);
    expect(await a.seen()).toMatchObject([{ id: 'notes/1-A', title: 'old' }]);
    expect(log.messages).toHaveLength(1);
  });

  it('keep both what a file and its copy wrote under the same numbers', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    await a.database.backup(join(folder, 'twin.db'));
    await a.database.close();
    await writeByHand(a.path, 'notes/first', 'first');
    await writeByHand(join(folder, 'twin.db'), 'notes/second', 'second');
    const again = await open('a').begin();
    const twin = await open('twin').begin();
    await settle(log, [again, twin, b]);
    for (const node of [again, twin]) expect(await node.seen()).toEqual(await b.seen());
    expect((await b.seen()).map((note) => (note as { id: string }).id)).toEqual([
      id,
      'notes/first',
      'notes/second',
    ]);
  });

  it('leave out what no node has written, all of them, and go on', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    const forged = { title: 'forged', number: 9 };
    const payloads = [Buffer.from('nonsense'), Buffer.from(JSON.stringify(forged)), new Uint8Array()];
    for (const payload of payloads) {
      log.messages.push({
        sequence: log.messages.length + 1,
        writer: 'forger',
        headers: {},
        payload,
        storedAt: 0,
      });
    }
    await b.notes.put(id, { title: 'bread' });
    await settle(log, [a, b]);
    expect(await a.seen()).toMatchObject([{ title: 'bread' }]);
    expect(await a.seen()).toEqual(await b.seen());
  });

  it('get everything when the log is lost, including what a copy of a file says first', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    await a.database.backup(join(folder, 'twin.db'));
    const twin = await open('twin').begin();
    await twin.meet(log);
    await settle(log, [twin, a, b]);
    const next = new Log('tomorrow');
    for (const node of [a, b, twin]) await node.meet(next);
    await next.publish(twin);
    await a.notes.put(id, { title: 'bread' });
    await settle(next, [twin, a, b]);
    for (const node of [a, b, twin]) expect(await node.seen()).toMatchObject([{ id, title: 'bread' }]);
    expect(await a.nextBatch()).toBeNull();
  });

  it('take a change of an event of their own that the next log does not have yet', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    const next = new Log('tomorrow');
    for (const node of [a, b]) await node.meet(next);
    await b.notes.put(id, { title: 'bread' });
    await next.publish(b);
    await settle(next, [a, b]);
    for (const node of [a, b]) expect(await node.seen()).toMatchObject([{ id, title: 'bread' }]);
  });

  it('write after what a stranger has put under their origin', async () => {
    const { id } = await a.notes.create({ title: 'milk' });
    await settle(log, [a, b]);
    const origin = log.messages[0]?.writer ?? '';
    log.say(origin, { headers: {}, payload: Buffer.from('nonsense') });
    await a.notes.put(id, { title: 'bread' });
    await settle(log, [a, b]);
    expect(await b.seen()).toMatchObject([{ title: 'bread' }]);
  });

  it('continue after messages that an operator has given up, and with what others saw in them', async () => {
    await a.notes.put('notes/1', { title: 'first' });
    await settle(log, [a, b]);
    for (const title of ['lost', 'also lost']) {
      await a.notes.put('notes/1', { title });
      await log.publish(a);
      await a.read(log);
    }
    const late = await open('late').begin();
    await late.read(log);
    await late.notes.put('notes/1', { title: 'by one who has seen it' });
    await log.publish(late);
    await late.read(log);
    await a.read(log);
    await a.notes.put('notes/2', { title: 'after it' });
    await log.publish(a);
    await b.store.giveUp(3);
    await b.read(log, 3);
    expect(await b.seen()).toMatchObject([
      { id: 'notes/1', title: 'by one who has seen it' },
      { id: 'notes/2', title: 'after it' },
    ]);
    await b.notes.put('notes/1', { title: 'by b' });
    await settle(log, [a, b, late]);
    expect(await b.seen()).toEqual(await a.seen());
  });

  it('continue when a table rejects a document of another one, and say so', async () => {
    await b.database.write((file) =>
      file.db.exec(`CREATE TRIGGER picky BEFORE INSERT ON Notes WHEN NEW.id = 'notes/1' BEGIN
        SELECT RAISE(ABORT, 'not here'); END`),
    );
    await a.notes.put('notes/1', { title: 'rejected' });
    await a.notes.put('notes/2', { title: 'taken' });
    await log.publish(a);
    expect((await b.read(log)).refused).toMatchObject([{ sequence: 1, node: 'a', why: 'rejected' }]);
    await settle(log, [a, b]);
    expect(await b.seen()).toMatchObject([{ id: 'notes/2', title: 'taken' }]);
  });

  it('settle the oldest conflicts, however many other collections have', async () => {
    const resolver: ConflictResolver<object> = {
      version: 1,
      resolve: () => ({ type: 'put', document: { Title: 'settled' } }),
    };
    const third = await open('third', resolver).begin();
    for (let count = 0; count < 120; count++) {
      await a.notes.put(`notes/${count}`, { title: 'by a' });
      await b.notes.put(`notes/${count}`, { title: 'by b' });
    }
    await settle(log, [a, b, third]);
    expect(await third.store.proposeForOthers(Infinity)).toBe(120);
  });

  it('refuse to be replicas when a table could refuse what others wrote', async () => {
    await a.database.write((file) => file.db.exec('CREATE UNIQUE INDEX titles ON Notes (_document)'));
    await expect(a.begin()).rejects.toThrow(
      /Notes cannot be replicated: its table Notes has UNIQUE \(titles\)/,
    );
  });
});
