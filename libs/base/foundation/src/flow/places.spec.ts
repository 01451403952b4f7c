import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Places } from './places.ts';

describe('Places', () => {
  it('hold what was added and not removed, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), (moves) => {
        const places = new Places<number>();
        const there = new Map<number, () => void>();
        const gone: (() => void)[] = [];
        for (const item of moves) {
          const remove = there.get(item);
          if (remove) gone.push(remove);
          remove?.();
          if (!there.delete(item)) there.set(item, places.add(item));
          // Removing an item again does nothing.
          gone[0]?.();
        }
        expect(places.all().toSorted((a, b) => a - b)).toEqual([...there.keys()].toSorted((a, b) => a - b));
      }),
    );
  });
});
