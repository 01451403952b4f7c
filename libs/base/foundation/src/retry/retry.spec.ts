import { describe, expect, it } from '@jest/globals';
import { retry } from './retry.ts';

const policy = { waitMs: 0 };

describe('retrying', () => {
  it('hands out what the work returns in the end, and counts its attempts', async () => {
    const work = async (attempt: number) => {
      if (attempt < 3) throw new Error('busy');
      return `attempt ${attempt}`;
    };
    expect(await retry(work, { policy, retries: () => true })).toBe('attempt 3');
  });

  it('throws the last failure when its attempts are used up', async () => {
    const seen: number[] = [];
    const work = (attempt: number) => {
      seen.push(attempt);
      throw new Error(`failure ${attempt}`);
    };
    await expect(retry(work, { policy, retries: () => true, attempts: 3 })).rejects.toThrow('failure 3');
    expect(seen).toEqual([1, 2, 3]);
  });

  it('throws at once what is not worth another attempt', async () => {
    const seen: number[] = [];
    const work = (attempt: number) => {
      seen.push(attempt);
      throw new TypeError('a defect');
    };
    await expect(
      retry(work, { policy, retries: (error) => !(error instanceof TypeError) }),
    ).rejects.toThrow();
    expect(seen).toEqual([1]);
  });
});
