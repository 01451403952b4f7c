import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Broken, byHalves } from './by-halves.ts';

const { signal } = new AbortController();

describe('work that some things make fail', () => {
  it('is done on all the others, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(63)), async (bad) => {
        const work = async (some: readonly number[]): Promise<number[]> => {
          if (some.some((n) => bad.includes(n))) throw new Error('it breaks');
          return some.map((n) => n * 2);
        };
        const things = Array.from({ length: 64 }, (_, n) => n);
        const outcomes = await byHalves(things, work, { probe: async () => {}, signal });
        expect(outcomes.map((outcome) => (outcome instanceof Broken ? 'failed' : outcome))).toEqual(
          things.map((n) => (bad.includes(n) ? 'failed' : n * 2)),
        );
      }),
    );
  });

  it('blames nothing when nothing can be worked on', async () => {
    const outage = new Error('no sandbox');
    const work = async (): Promise<never> => {
      throw outage;
    };
    const probe = async (): Promise<never> => {
      throw new Error('none either');
    };
    await expect(byHalves([1, 2], work, { probe, signal })).rejects.toBe(outage);
  });

  it('blames nothing for what a bad moment did', async () => {
    let calls = 0;
    const work = async (some: readonly number[]): Promise<readonly number[] & number[]> => {
      if (++calls < 3) throw new Error('a moment');
      return [...some];
    };
    const outcomes = await byHalves([1, 2], work, { probe: async () => {}, signal });
    expect(outcomes).toEqual([1, 2]);
  });
});
