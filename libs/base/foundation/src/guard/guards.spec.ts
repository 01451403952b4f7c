import { describe, expect, it } from '@jest/globals';
import { isBoolean, isListOf, isNullOr, isObjectOf, isOneOf, isText, isWhole } from './guards.ts';

describe('A guard', () => {
  it('bounds texts and lists', () => {
    expect(isText(3)('abc')).toBe(true);
    expect(isText(3)('abcd')).toBe(false);
    expect(isListOf(isWhole, 2)([1, 2])).toBe(true);
    expect(isListOf(isWhole, 2)([1, 2, 3])).toBe(false);
    expect(isListOf(isWhole)([1, '2'])).toBe(false);
  });

  it.each([-1, 1.5, 2 ** 53, NaN, Infinity, '1', null])('does not take %p for a whole number', (value) => {
    expect(isWhole(value)).toBe(false);
  });

  it('looks at every field, including an optional one that is there', () => {
    const guard = isObjectOf({ name: isText(), by: isNullOr(isOneOf('a', 'b')) }, { live: isBoolean });
    expect(guard({ name: 'x', by: null, more: 1 })).toBe(true);
    expect(guard({ name: 'x', by: 'b', live: true })).toBe(true);
    expect(guard({ name: 'x', by: 'c' })).toBe(false);
    expect(guard({ name: 'x', by: null, live: 1 })).toBe(false);
    expect(guard({ by: null })).toBe(false);
    for (const odd of [null, undefined, [], 'x', 1]) expect(guard(odd)).toBe(false);
  });
});
