import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anchorToRoll, coversDeletesAfter } from './anchor-plan.ts';
import type { Anchor } from './anchor-state.ts';

const anchor = (name: 1 | 2, etag: number, left: number | null = 1): Anchor => ({
  name: `Spark/Anchor/${name}`,
  etag,
  left,
});

describe('the anchors', () => {
  it('move the older one when everything up to the newer one is confirmed', () => {
    expect(anchorToRoll([anchor(2, 10), anchor(1, 20)], 20)).toBe('Spark/Anchor/2');
    expect(anchorToRoll([anchor(1, 10), anchor(2, 20)], 19)).toBeNull();
  });

  it('stay when there is nothing to release, or one is missing', () => {
    expect(anchorToRoll([anchor(1, 20, 0), anchor(2, 20, 0)], 30)).toBeNull();
    expect(anchorToRoll([anchor(1, 20, null), anchor(2, 20, null)], 30)).toBe('Spark/Anchor/1');
    expect(anchorToRoll([anchor(1, 20)], 30)).toBeNull();
    expect(anchorToRoll([], 30)).toBeNull();
  });

  it('cover what was not confirmed after any history of moves', () => {
    const step = fc.record({ confirm: fc.nat(50), write: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const anchors = [anchor(1, 1), anchor(2, 2)];
        let last = 2;
        let confirmed = 2;
        for (const { confirm, write } of steps) {
          last += write;
          confirmed = Math.min(last, confirmed + confirm);
          anchors.sort((a, b) => a.etag - b.etag);
          const name = anchorToRoll(anchors, confirmed);
          const moving = anchors.find((one) => one.name === name);
          if (moving) moving.etag = last;
          expect(coversDeletesAfter(confirmed, anchors)).toBe(true);
        }
      }),
    );
  });
});
