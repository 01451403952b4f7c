import { describe, expect, it } from '@jest/globals';
import { placeFromEnd } from './place-from-end.ts';

/** A log of which every `every`-th sequence is of the subject. */
function logOf(last: number, every: number) {
  const asked: number[] = [];
  const of = Array.from({ length: last }, (_, at) => at + 1).filter((sequence) => sequence % every === 0);
  const countFrom = async (from: number): Promise<number> => {
    asked.push(from);
    return of.filter((sequence) => sequence >= from).length;
  };
  return { of, asked, countFrom };
}

describe('The place from which on there are so many messages', () => {
  it.each([1, 3, 7])('is found where every %i. message is of the subject', async (every) => {
    const { of, countFrom } = logOf(100, every);
    for (let wanted = 1; wanted <= of.length; wanted++) {
      const from = await placeFromEnd(wanted, 100, countFrom);
      expect(of.filter((sequence) => sequence >= from)).toHaveLength(wanted);
    }
  });

  it('is found in few questions', async () => {
    const { asked, countFrom } = logOf(100_000, 2);
    await placeFromEnd(50, 100_000, countFrom);
    expect(asked.length).toBeLessThan(20);
  });

  it('is the beginning where there are not so many', async () => {
    expect(await placeFromEnd(50, 10, logOf(10, 1).countFrom)).toBe(1);
  });
});
