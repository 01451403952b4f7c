import { describe, expect, it } from '@jest/globals';
import { endsWithin } from './ends-within.ts';
import { Latest } from './latest.ts';
import { Nudge } from './nudge.ts';
import { tryEach } from './try-each.ts';

describe('a nudge', () => {
  it('that comes before the wait is not missed', async () => {
    const nudge = new Nudge();
    nudge.nudge();
    await nudge.wait(new AbortController().signal);
  });

  it('ends with its signal', async () => {
    const stopped = new AbortController();
    const waiting = new Nudge().wait(stopped.signal);
    stopped.abort();
    await waiting;
  });
});

describe('latest', () => {
  it('sends the newest value when it closes, and none twice', async () => {
    const sent: number[] = [];
    const latest = new Latest<number>(60_000, async (value) => {
      sent.push(value);
    });
    for (let n = 1; n <= 5; n++) latest.offer(n);
    await latest.close();
    expect(sent).toEqual([1, 5]);
  });
});

describe('trying each', () => {
  it('does the work for all of them, and then says what failed', async () => {
    const done: number[] = [];
    const work = async (n: number): Promise<void> => {
      done.push(n);
      if (n % 2 === 0) throw new Error(`${n} is even`);
    };
    await tryEach([1, 3], work);
    await expect(tryEach([1, 2, 3], work)).rejects.toThrow('2 is even');
    await expect(tryEach([2, 4, 5], work)).rejects.toMatchObject({
      errors: [new Error('2 is even'), new Error('4 is even')],
    });
    expect(done).toEqual([1, 3, 1, 2, 3, 2, 4, 5]);
  });
});

describe('what has to end within a time', () => {
  const never = new Promise<never>(() => undefined);

  it('is said to have ended, or to be late', async () => {
    expect(await endsWithin(Promise.resolve(), 60_000)).toBe(true);
    expect(await endsWithin(never, 1)).toBe(false);
  });

  it('throws what it threw in time', async () => {
    await expect(endsWithin(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
  });
});
