import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../testing/memory-source.ts';
import { TASK } from '../../testing/simulation.ts';
import { askRetry, isOpen, readRetry, settleRetry } from './retry-request.ts';

describe('a request to run documents again', () => {
  it('adds to what was asked before, each document once whatever its case', async () => {
    const state = new MemoryState();
    await askRetry(state, TASK, ['cars/1', 'cars/2']);
    await askRetry(state, TASK, ['Cars/2', 'cars/3']);
    expect((await readRetry(state, TASK))?.value).toEqual({
      all: false,
      documents: ['cars/1', 'cars/2', 'cars/3'],
    });
    await askRetry(state, TASK, null);
    expect((await readRetry(state, TASK))?.value.all).toBe(true);
  });

  it('of very many documents becomes one for all', async () => {
    const state = new MemoryState();
    const many = Array.from({ length: 1_200 }, (_, n) => `cars/${n}`);
    await askRetry(state, TASK, many);
    const request = (await readRetry(state, TASK))?.value;
    expect(request?.all).toBe(true);
    expect(request?.documents).toHaveLength(1_000);
  });

  it('is closed when it was carried out, unless more was asked meanwhile', async () => {
    const state = new MemoryState();
    await askRetry(state, TASK, ['cars/1']);
    const early = (await readRetry(state, TASK))?.version ?? '';
    await askRetry(state, TASK, ['cars/2']);
    expect(await settleRetry(state, TASK, early)).toBe(false);
    const now = await readRetry(state, TASK);
    expect(isOpen(now?.value)).toBe(true);
    expect(await settleRetry(state, TASK, now?.version ?? '')).toBe(true);
    expect(isOpen((await readRetry(state, TASK))?.value)).toBe(false);
  });
});
