import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../testing/memory-source.ts';
import { TASK } from '../../testing/simulation.ts';
import { askRerun, isOpen, readRerun, settleRerun } from './rerun-request.ts';

describe('a request to run documents again', () => {
  it('adds to what was asked before, each document once whatever its case', async () => {
    const state = new MemoryState();
    await askRerun(state, TASK, ['cars/1', 'cars/2']);
    await askRerun(state, TASK, ['Cars/2', 'cars/3']);
    expect((await readRerun(state, TASK))?.value).toEqual({
      all: false,
      documents: ['cars/1', 'cars/2', 'cars/3'],
    });
    await askRerun(state, TASK, null);
    expect((await readRerun(state, TASK))?.value.all).toBe(true);
  });

  it('of very many documents becomes one for all', async () => {
    const state = new MemoryState();
    const many = Array.from({ length: 1_200 }, (_, n) => `cars/${n}`);
    await askRerun(state, TASK, many);
    const request = (await readRerun(state, TASK))?.value;
    expect(request?.all).toBe(true);
    expect(request?.documents).toHaveLength(1_000);
  });

  it('is closed when it was carried out, unless more was asked meanwhile', async () => {
    const state = new MemoryState();
    await askRerun(state, TASK, ['cars/1']);
    const early = (await readRerun(state, TASK))?.version ?? '';
    await askRerun(state, TASK, ['cars/2']);
    expect(await settleRerun(state, TASK, early)).toBe(false);
    const now = await readRerun(state, TASK);
    expect(isOpen(now?.value)).toBe(true);
    expect(await settleRerun(state, TASK, now?.version ?? '')).toBe(true);
    expect(isOpen((await readRerun(state, TASK))?.value)).toBe(false);
  });
});
