import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('answers what the condition answers once it holds', async () => {
    let looks = 0;
    const answer = await eventually(() => (++looks < 3 ? false : 'there'), { intervalMs: 1 });
    expect(answer).toBe('there');
    expect(looks).toBe(3);
  });

  it('waits through errors and names the last one when the time is over', async () => {
    const look = () => {
      throw new Error('no car yet');
    };
    await expect(eventually(look, { timeoutMs: 30, intervalMs: 5 })).rejects.toThrow(/30 ms.*no car yet/);
  });

  it('gives up on a look that never answers', async () => {
    const look = () => new Promise<boolean>(() => undefined);
    await expect(eventually(look, { timeoutMs: 30 })).rejects.toThrow('Condition not met within 30 ms');
  });
});
