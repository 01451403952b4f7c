import { describe, expect, it, jest } from '@jest/globals';
import { mergeList } from './merge-list.ts';

const listOf = (stored: string[], seen: string[]) => ({
  stored: `[${stored.join(',')}]`,
  seen: `[${seen.join(',')}]`,
});
const unused = () => {
  throw new Error('every item is there already');
};

describe('items of a list that read the same', () => {
  it('keep their texts in the order in which they are stored, wherever they move', () => {
    const stored = listOf(['1.0', '2', '1.00', '1'], ['1', '2', '1', '1']);
    expect(mergeList('[2,1,1,1]', [stored], unused)).toBe('[2,1.0,1.00,1]');
    const before = listOf(['1.000', '3.0'], ['1', '3']);
    expect(mergeList('[3,1,1,1,1,2]', [stored, before], unused)).toBe('[3.0,1.0,1.00,1,1.000,2]');
  });

  it('are not moved each time that one of them is taken', () => {
    const seen = Array.from({ length: 100 }, (_, at) => String(at % 2));
    const spies = (['shift', 'splice', 'indexOf', 'includes'] as const).map((name) =>
      jest.spyOn(Array.prototype, name),
    );
    const merged = mergeList(`[${['1', ...seen.slice(0, -1)].join(',')}]`, [listOf(seen, seen)], unused);
    const calls = spies.flatMap(({ mock }) => mock.calls.length);
    for (const spy of spies) spy.mockRestore();
    expect(calls).toEqual([0, 0, 0, 0]);
    expect(merged).toBe(`[${['1', ...seen.slice(0, -1)].join(',')}]`);
  });
});
