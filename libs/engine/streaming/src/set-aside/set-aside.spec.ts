import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../testing/memory-source.ts';
import { TASK } from '../../testing/simulation.ts';
import { listSetAside } from '../run/list-set-aside.ts';
import type { Reading } from './document.ts';
import { SetAside } from './set-aside.ts';

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

  const open = (reading: Reading): Promise<SetAside> => SetAside.open(state, TASK, reading);
  const etags = async (): Promise<number[]> =>
    (await listSetAside(state, TASK)).documents.map(({ etag }) => etag);

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

  it('of an older reading goes when something of the newer one is published, also if the numbers are the same', async () => {
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
