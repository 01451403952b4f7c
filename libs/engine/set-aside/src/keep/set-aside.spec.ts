import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { MemoryState } from '@nestjs-spark/testing/internal';
import { listSetAside } from '../list/list-set-aside.ts';
import type { Reading } from './record.ts';
import { askRerun, readRerun } from '../rerun/rerun-request.ts';
import { SetAside } from './set-aside.ts';

const NAME = 'Fleet/HR/Cars';

const FIRST: Reading = { generation: 1, incarnation: 'first' };
const SECOND: Reading = { generation: 2, incarnation: 'second' };

const failureAt = (etag: number, documentId = 'cars/1') => ({
  documentId,
  etag,
  reason: 'it throws',
  kind: 'thrown',
  line: null,
  column: null,
});

describe('what an instance that is late says of a document that is set aside', () => {
  let state: MemoryState;
  beforeEach(() => {
    state = new MemoryState();
  });

  const open = (reading: Reading): Promise<SetAside> => SetAside.open(state, NAME, reading);
  const etags = async (): Promise<number[]> =>
    (await listSetAside(state, NAME)).documents.map(({ etag }) => etag);

  it('takes nothing away that a newer reading has set aside', async () => {
    const newer = await open(SECOND);
    await newer.add([failureAt(5)]);
    const late = await open(FIRST);
    await late.add([failureAt(3)]);
    await late.clear('cars/1', 4);
    expect(await etags()).toEqual([5]);
  });

  it('takes nothing away that was set aside since it looked', async () => {
    const late = await open(FIRST);
    await late.add([failureAt(1)]);
    const other = await open(FIRST);
    await other.add([failureAt(5)]);
    await late.clear('cars/1', 3);
    await late.add([failureAt(4)]);
    expect(await etags()).toEqual([5]);
  });

  it('is taken back, unless the other one has said the same', async () => {
    const late = await open(FIRST);
    const other = await open(FIRST);
    await late.add([failureAt(1), failureAt(2, 'cars/2')]);
    await other.add([failureAt(2, 'cars/2')]);
    await late.withdraw(['cars/1', 'cars/2']);
    expect(await etags()).toEqual([2]);
  });

  it('is found, and can be taken back, by the other one when it looks again', async () => {
    const current = await open(FIRST);
    const late = await open(FIRST);
    await late.add([failureAt(1)]);
    await current.refresh();
    expect(current.count).toBe(1);
    await current.clear('cars/1', 1);
    expect(await etags()).toEqual([]);
  });

  it('of an older reading goes when something of the newer one is published, even if the numbers are the same', async () => {
    const older = await open({ generation: 1, incarnation: 'lost' });
    await older.add([failureAt(1), failureAt(2, 'cars/2')]);
    const newer = await open(FIRST);
    expect(newer.count).toBe(0);
    expect(await etags()).toHaveLength(2);
    await newer.add([failureAt(1)]);
    await newer.published(1);
    expect(await etags()).toEqual([1]);
  });
});

describe('a document that is set aside', () => {
  const open = (state: MemoryState, ids: 'ravendb' | 'sqlite'): Promise<SetAside> =>
    SetAside.open(state, NAME, { ...FIRST, ids });

  it.each([
    ['ravendb', 'cars/İ', 'CARS/İ', true],
    ['ravendb', 'cars/ΟΔΟΣ', 'cars/οδοσ', true],
    ['ravendb', 'cars/Ä', 'cars/ä', true],
    ['sqlite', 'cars/Ä', 'CARS/Ä', true],
    ['sqlite', 'cars/Ä', 'cars/ä', false],
  ] as const)('is found by the rule of its owner: %s, %s as %s', async (ids, added, asked, isFound) => {
    const state = new MemoryState();
    const setAside = await open(state, ids);
    await setAside.add([failureAt(1, added)]);
    const again = await open(state, ids);
    expect(again.isOpen(asked)).toBe(isFound);
    await again.clear(asked, 1);
    expect((await listSetAside(state, NAME)).documents).toHaveLength(isFound ? 0 : 1);
  });

  it('is kept beside another one whose id differs in letters that the store of the list may take for the same', async () => {
    const state = new MemoryState();
    const setAside = await open(state, 'sqlite');
    await setAside.add([failureAt(1, 'cars/ä'), failureAt(2, 'cars/Ä')]);
    const { documents } = await listSetAside(state, NAME);
    expect(documents.map(({ documentId }) => documentId).toSorted()).toEqual(['cars/Ä', 'cars/ä']);
    for (const { id } of await state.list('')) expect(id).toMatch(/^[\x21-\x7e]+$/);
  });

  it('is found where an older version has kept it, and goes from there', async () => {
    const state = new MemoryState();
    const entry = { ...failureAt(3, 'cars/Ä'), ...FIRST, task: NAME, at: 1, firstAt: 1, count: 1 };
    await state.write('sparkSetAside/fleet/hr/cars/first/cars/ä', 'SparkSetAside', entry, null);
    const setAside = await open(state, 'ravendb');
    expect(setAside.isOpen('cars/ä')).toBe(true);
    await setAside.add([failureAt(4, 'cars/Ä')]);
    expect((await listSetAside(state, NAME)).documents).toMatchObject([{ etag: 4, count: 2 }]);
    await setAside.clear('cars/ä', 5);
    expect((await listSetAside(state, NAME)).documents).toEqual([]);
  });
});

describe('a document whose entry the store does not take', () => {
  it('is counted, and does not keep the others from being listed', async () => {
    const state = new MemoryState();
    const write = state.write.bind(state);
    state.write = async (id, collection, value, expected) => {
      if (JSON.stringify(value).includes('odd')) throw new StoreRefusedError('a rule against it');
      return write(id, collection, value, expected);
    };
    const setAside = await SetAside.open(state, NAME, FIRST);
    await setAside.add([failureAt(1, 'cars/odd'), failureAt(2, 'cars/2'), failureAt(3, 'cars/odder')]);
    expect(setAside.count).toBe(3);
    expect(setAside.documents()).toEqual(['cars/2']);
    expect(await listSetAside(state, NAME)).toMatchObject({ documents: [{ etag: 2 }], beyond: 2 });
    expect((await SetAside.open(state, NAME, FIRST)).count).toBe(3);
  });

  it('is not forgotten when the store takes nothing', async () => {
    const state = new MemoryState();
    const setAside = await SetAside.open(state, NAME, FIRST);
    state.away = true;
    await expect(setAside.add([failureAt(1)])).rejects.toThrow(UnavailableError);
  });
});

describe('A document with an id of any length', () => {
  // SQLite keeps it where another program writes it.
  const id = `cars/${'x'.repeat(20_000)}`;

  it('stays set aside after a restart, and can be run again', async () => {
    const state = new MemoryState();
    await (await SetAside.open(state, NAME, FIRST)).add([failureAt(1, id)]);
    const reopened = await SetAside.open(state, NAME, FIRST);
    expect(reopened.count).toBe(1);
    expect(reopened.documents()).toEqual([id]);
    await askRerun(state, NAME, [id]);
    expect((await readRerun(state, NAME))?.value.documents).toEqual([id]);
  });
});
