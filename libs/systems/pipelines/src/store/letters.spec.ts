import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing';
import { Letters, type Letter } from './letters.ts';

const letter: Letter = {
  letterId: '1-a-0',
  generation: 1,
  partition: 'a',
  offset: 0,
  step: 'source',
  reason: 'It is not JSON',
  record: '{',
  at: '2026-01-01T00:00:00.000Z',
};

/** Counts what is asked, and answers when it is let. */
class SlowState extends MemoryState {
  pages = 0;
  answers: Promise<void> = Promise.resolve();

  override async page<T extends object>(prefix: string, skip: number, take: number) {
    this.pages++;
    const page = await super.page<T>(prefix, skip, take);
    await this.answers;
    return page;
  }
}

describe('letters of a pipeline that has none', () => {
  let state: SlowState;
  let letters: Letters;
  beforeEach(() => {
    state = new SlowState();
    letters = new Letters(state, { tenant: 'default', pipelineId: 'people' });
  });

  it('are counted once, however often it is asked', async () => {
    expect(await letters.areNone()).toBe(true);
    expect(await letters.areNone()).toBe(true);
    expect(state.pages).toBe(1);
  });

  it('are some as soon as one is kept, also while they are being counted', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    state.answers = promise;
    const counting = letters.areNone();
    await letters.keep([letter]);
    resolve();
    expect(await counting).toBe(false);
    expect(await letters.areNone()).toBe(false);
  });

  it('are some where another process has left one', async () => {
    await new Letters(state, { tenant: 'default', pipelineId: 'people' }).keep([letter]);
    expect(await letters.areNone()).toBe(false);
  });
});
