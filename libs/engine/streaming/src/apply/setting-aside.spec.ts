import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ContentRefusedError,
  UnavailableError,
  VersionConflictError,
  type ChangeCommand,
  taskName,
} from '@nestjs-spark/contracts';
import type { ChangeSink, Checkpoint, LogDescription } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { SILENT, TASK } from '../../testing/simulation.ts';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { MemorySink, MemoryState } from '@nestjs-spark/testing';
import { readFrom } from '../receive/reading-place.ts';
import { copyWriter } from '../transform/copy-document.ts';
import { SettingAside } from './setting-aside.ts';

const checkpointAt = (to: number, generation = 1) =>
  checkpointOf(TASK, { to, generation, live: true, swept: true });

const write = copyWriter(TASK, 'HR/cars:1');

function put(n: number, fields = '{}', copyId = `cars/${n}`): ChangeCommand {
  const document = write({ fields, collection: 'Cars' }, { id: `cars/${n}`, etag: 100 + n });
  return { type: 'put', id: copyId, document };
}

describe('a target that does not take some documents', () => {
  const refused = new Set<string>();
  let names = false;
  let memory: MemorySink;
  let state: MemoryState;
  let target: SettingAside;
  let version: string;
  let away = false;
  let beforeLast: () => Promise<void>;
  let calls = 0;
  /** The checkpoints with which parts of sets were written. */
  const parts: Checkpoint[] = [];

  beforeEach(async () => {
    refused.clear();
    names = false;
    away = false;
    beforeLast = async () => {};
    calls = 0;
    parts.length = 0;
    memory = new MemorySink();
    state = new MemoryState();
    const choosy: Pick<ChangeSink, 'apply' | 'readCheckpoint' | 'copies'> = {
      copies: (task, ids) => memory.copies(task, ids),
      readCheckpoint: (task) => memory.readCheckpoint(task),
      apply: async (commands, checkpoint, expected) => {
        calls++;
        const at = await expected;
        if (commands.length === 0) await beforeLast();
        if (away) throw new UnavailableError('The store cannot be reached');
        const bad = commands.find((command) => command.type === 'put' && refused.has(command.id));
        const name = names && bad && 'id' in bad ? bad.id : null;
        if (bad) throw new ContentRefusedError('it is not to its taste', name);
        if (commands.length === 1) parts.push(checkpoint);
        return memory.apply(commands, checkpoint, at);
      },
    };
    target = new SettingAside(TASK, choosy, state, SILENT);
    version = await target.apply([], checkpointAt(1_001), null);
  });

  it('takes all the others of the set, whichever they are, and the checkpoint goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(59), { maxLength: 20 }), fc.boolean(), async (bad, named) => {
        names = named;
        refused.clear();
        memory.documents.clear();
        for (const n of bad) refused.add(`cars/${n}`);
        const to = ((await memory.readCheckpoint(taskName(TASK)))?.checkpoint.to ?? 0) + 1;
        const commands = Array.from({ length: 60 }, (_, n) => put(n));
        version = await target.apply(commands, checkpointAt(to), Promise.resolve(version));
        expect(memory.documents.size).toBe(60 - bad.length);
        expect((await memory.readCheckpoint(taskName(TASK)))?.checkpoint.to).toBe(to);
        const listed = (await listSetAside(state, taskName(TASK))).documents.map(
          ({ documentId }) => documentId,
        );
        expect(listed.toSorted()).toEqual(bad.map((n) => `cars/${n}`).toSorted());
      }),
      { numRuns: 50 },
    );
  });

  it('counts what it puts and deletes, whichever parts the set comes in', async () => {
    const stored = async () => (await memory.readCheckpoint(taskName(TASK)))?.checkpoint;
    const all = Array.from({ length: 20 }, (_, n) => put(n));
    const counts = { documentsPut: 20, documentsDeleted: 3 };
    version = await target.apply(all, { ...checkpointAt(1_002), ...counts }, version);
    for (const n of [21, 24, 29]) refused.add(`cars/${n}`);
    const deletes: ChangeCommand[] = [
      ...[1, 4, 9, 16, 77].map((n): ChangeCommand => ({ type: 'delete', id: `cars/${n}` })),
      { type: 'delete-prefix', prefix: 'cars/5' },
    ];
    const puts = Array.from({ length: 10 }, (_, n) => put(20 + n));
    const mixed = puts.flatMap((one, n) => [one, ...deletes.slice(n, n + 1)]);
    await target.apply(mixed, { ...checkpointAt(1_003), ...counts, documentsPut: 30 }, version);
    expect(memory.documents.size).toBe(20 - 5 + 7);
    expect(await stored()).toMatchObject({ documentsPut: 27, documentsDeleted: 3 + 5 });
  });

  it('says of each why, which of the owner’s documents it was made from, and at which etag', async () => {
    refused.add('cars/7/summaries/1');
    await target.apply([put(1), put(7, '{"a":"x"}', 'cars/7/summaries/1')], checkpointAt(1_002), version);
    expect((await listSetAside(state, taskName(TASK))).documents).toMatchObject([
      { documentId: 'cars/7', copyId: 'cars/7/summaries/1', etag: 107, kind: 'refused' },
    ]);
    expect((await listSetAside(state, taskName(TASK))).documents[0]?.reason).toMatch(/taste/);
    expect(target.count).toBe(1);
  });

  it('leaves out what comes with a refused document, too', async () => {
    refused.add('cars/1');
    const extra: ChangeCommand = { type: 'counters', id: 'cars/1', counters: [] };
    await target.apply([put(1), extra, put(2)], checkpointAt(1_002), version);
    expect([...memory.documents.keys()]).toEqual(['cars/2']);
  });

  it('takes a document off the list when a later set brings or deletes it', async () => {
    refused.add('cars/1').add('cars/2').add('cars/3/s/1');
    version = await target.apply(
      [put(1), put(2), put(3, '{}', 'cars/3/s/1')],
      checkpointAt(1_002),
      Promise.resolve(version),
    );
    expect(target.count).toBe(3);
    refused.clear();
    const later: ChangeCommand[] = [
      put(1),
      { type: 'delete', id: 'CARS/2' },
      { type: 'delete-prefix', prefix: 'cars/3/' },
    ];
    await target.apply(later, checkpointAt(1_003), version);
    expect(target.count).toBe(0);
    expect((await listSetAside(state, taskName(TASK))).documents).toEqual([]);
  });

  it('lists nothing of a generation before, though its last set was on its way when the next one began', async () => {
    refused.add('cars/1');
    const last = target.apply([put(1)], checkpointAt(1_002), Promise.resolve(version));
    await target.apply([put(2)], checkpointAt(5, 2), last);
    expect((await listSetAside(state, taskName(TASK))).documents).toEqual([]);
  });

  it('keeps one list for all sets of a generation, however they follow each other', async () => {
    const listed = state.list.bind(state);
    const slow = Promise.withResolvers<void>();
    state.list = async <T extends object>(prefix: string) => {
      const found = await listed<T>(prefix);
      await slow.promise;
      return found;
    };
    refused.add('cars/3');
    const first = target.apply([put(1)], checkpointAt(1_001, 2), Promise.resolve(version));
    const second = target.apply([put(2)], checkpointAt(1_002, 2), first);
    const third = first.then(() => target.apply([put(3)], checkpointAt(1_003, 2), second));
    slow.resolve();
    const last = await third;
    expect(target.count).toBe(1);
    refused.clear();
    await target.apply([put(3)], checkpointAt(1_004, 2), last);
    expect((await listSetAside(state, taskName(TASK))).documents).toEqual([]);
  });

  it('lists nothing that another instance has applied meanwhile', async () => {
    refused.add('cars/1');
    const other = checkpointAt(1_002);
    beforeLast = async () => {
      refused.clear();
      await memory.apply([put(1), put(2)], other, version);
    };
    await expect(target.apply([put(1), put(2)], checkpointAt(1_002), version)).rejects.toThrow(
      VersionConflictError,
    );
    expect((await listSetAside(state, taskName(TASK))).documents).toEqual([]);
  });

  it('takes the first set of all without what is refused, as any other', async () => {
    memory = new MemorySink();
    refused.add('cars/1');
    await target.apply([put(1), put(2)], checkpointAt(1_005), null);
    expect([...memory.documents.keys()]).toEqual(['cars/2']);
    expect((await memory.readCheckpoint(taskName(TASK)))?.checkpoint).toMatchObject({
      to: 1_005,
      live: true,
    });
  });

  it('takes the parts of a set by the rules of that set, not of the one before', async () => {
    refused.add('cars/1');
    const next = { ids: 'sqlite', beyondAscii: true } as const;
    version = await target.apply([put(1), put(2)], { ...checkpointAt(1_002), ...next }, version);
    for (const part of parts) expect(part).toMatchObject({ ...next, generation: 1, to: 1_001, live: true });
    parts.length = 0;
    await target.apply([put(1), put(2)], { ...checkpointAt(1_000, 2), ...next, sequence: 7 }, version);
    for (const part of parts) expect(part).toMatchObject({ ...next, generation: 2, to: 0, live: false });
    expect(parts.length).toBeGreaterThan(0);
    // Cut off here, the set is read again.
    for (const part of parts)
      expect(readFrom(part, { created: part.streamCreated, lastSequence: 7 } as LogDescription)).toBe(7);
  });

  it('forgets what an older generation set aside', async () => {
    refused.add('cars/1');
    version = await target.apply([put(1)], checkpointAt(1_002), version);
    await target.apply([], checkpointAt(1_000, 2), version);
    expect(target.count).toBe(0);
    expect((await listSetAside(state, taskName(TASK))).documents).toEqual([]);
  });

  it('sets nothing aside when the store takes nothing at all', async () => {
    away = true;
    await expect(target.apply([put(1)], checkpointAt(1_002), version)).rejects.toThrow(UnavailableError);
    // The set, and the checkpoint as it stands.
    expect(calls).toBe(3);
    expect((await listSetAside(state, taskName(TASK))).documents).toEqual([]);
  });

  it('sets a whole set aside for about one write each, when the store takes none of it', async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => put(n));
    for (let n = 0; n < 1_000; n++) refused.add(`cars/${n}`);
    await target.apply(many, checkpointAt(1_002), version);
    expect(calls).toBeLessThan(1_050);
    expect((await memory.readCheckpoint(taskName(TASK)))?.checkpoint).toMatchObject({ to: 1_002 });
    expect(target.count).toBe(1_000);
  });

  it('finds one of a thousand in about three times the logarithm of them', async () => {
    refused.add('cars/617');
    const many = Array.from({ length: 1_000 }, (_, n) => put(n));
    await target.apply(many, checkpointAt(1_002), version);
    expect(calls).toBeLessThan(40);
    expect(memory.documents.size).toBe(999);
  });
});
