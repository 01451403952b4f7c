import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExactNumber, parseExactly } from './exact-number.ts';

const textOf = (value: unknown) => (value instanceof ExactNumber ? value.digits : String(value));

describe('a number of which every digit counts', () => {
  it.each([
    '12345678901234.567',
    '100000000000.123456',
    '90071992547409.93',
    '9007199254740993',
    '0.1234567890123456789',
    '0.0000001',
    '1.10',
    '1e5',
    '-0',
  ])('comes back as it was written: %s', (written) => {
    const { price } = parseExactly(`{"price":${written}}`) as { price: unknown };
    expect(textOf(price)).toBe(written);
  });

  it('comes back as it was written, whatever it is', () => {
    const numbers = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
    fc.assert(
      fc.property(numbers, (written) => textOf(parseExactly(written)) === written),
      { numRuns: 3000 },
    );
  });
});
