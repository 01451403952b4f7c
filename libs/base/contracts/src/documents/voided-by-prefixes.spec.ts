import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { voidedByPrefixes, type Placed } from './voided-by-prefixes.ts';

const key = fc
  .array(fc.constantFrom('a', 'b', '/', '\u{10ffff}', '\uffff'), { maxLength: 4 })
  .map((some) => some.join(''));
const events = fc.array(fc.record({ key, isPrefix: fc.boolean() }));

const split = (some: readonly { key: string; isPrefix: boolean }[]) => {
  const placed = some.map(({ key: text, isPrefix }, at) => ({ key: text, at, isPrefix }));
  return {
    texts: placed.filter(({ isPrefix }) => !isPrefix) as Placed[],
    prefixes: placed.filter(({ isPrefix }) => isPrefix) as Placed[],
  };
};

describe('what later prefixes make void', () => {
  it('is what a comparison of each with each finds', () => {
    fc.assert(
      fc.property(events, (some) => {
        const { texts, prefixes } = split(some);
        const expected = texts.filter((text) =>
          prefixes.some((prefix) => prefix.at > text.at && text.key.startsWith(prefix.key)),
        );
        const voided = voidedByPrefixes(texts, prefixes);
        expect([...voided].toSorted((a, b) => a - b)).toEqual(expected.map(({ at }) => at));
      }),
    );
  });

  it('is found with as many comparisons as there are of both, not as their product', () => {
    const count = 400;
    const texts = Array.from({ length: count }, (_, at) => ({ key: `cars/${at}/`, at }));
    const prefixes = texts.map(({ key: text, at }) => ({ key: `${text}parts/`, at: at + count }));
    const spy = jest.spyOn(String.prototype, 'startsWith');
    voidedByPrefixes(texts, prefixes);
    const compared = spy.mock.calls.length;
    spy.mockRestore();
    expect(compared).toBeLessThanOrEqual(4 * count);
  });
});
