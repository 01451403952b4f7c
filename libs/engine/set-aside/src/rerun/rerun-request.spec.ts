import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing/internal';
import { askRerun, isOpen, readRerun, settleRerun } from './rerun-request.ts';

const NAME = 'Fleet/HR/Cars';

describe('a request to run documents again', () => {
  it('adds to what was asked before, each document once whatever its case', async () => {
    const state = new MemoryState();
    await askRerun(state, NAME, ['cars/1', 'cars/2']);
    await askRerun(state, NAME, ['Cars/2', 'cars/3']);
    expect((await readRerun(state, NAME))?.value).toEqual({
      all: false,
      documents: ['cars/1', 'cars/2', 'cars/3'],
    });
    await askRerun(state, NAME, null);
    expect((await readRerun(state, NAME))?.value.all).toBe(true);
  });

  it('of very many documents becomes one for all', async () => {
    const state = new MemoryState();
    const many = Array.from({ length: 1_200 }, (_, n) => `cars/${n}`);
    await askRerun(state, NAME, many);
    const request = (await readRerun(state, NAME))?.value;
    expect(request?.all).toBe(true);
    expect(request?.documents).toHaveLength(1_000);
  });

  it('is closed when it was carried out, unless more was asked meanwhile', async () => {
    const state = new MemoryState();
    await askRerun(state, NAME, ['cars/1']);
    const early = (await readRerun(state, NAME))?.version ?? '';
    await askRerun(state, NAME, ['cars/2']);
    expect(await settleRerun(state, NAME, early)).toBe(false);
    const now = await readRerun(state, NAME);
    expect(isOpen(now?.value)).toBe(true);
    expect(await settleRerun(state, NAME, now?.version ?? '')).toBe(true);
    expect(isOpen((await readRerun(state, NAME))?.value)).toBe(false);
  });

  it('lists what is left of it however much that is, so that it does not ask for everything again', async () => {
    const state = new MemoryState();
    await askRerun(state, NAME, null);
    const left = Array.from({ length: 11_000 }, (_, n) => `cars/${n}`);
    const version = (await readRerun(state, NAME))?.version ?? '';
    expect(await settleRerun(state, NAME, version, left)).toBe(true);
    expect((await readRerun(state, NAME))?.value).toEqual({ all: false, documents: left });
  });
});
