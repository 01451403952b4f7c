import { describe, expect, it } from '@jest/globals';
import { readFields } from './make-batch.ts';
import { readJson } from './read-json.ts';

describe('The JSON of a record', () => {
  it.each([
    '9007199254740993',
    '100000000000.123456',
    '-12345678901234.567',
    '-0.1000000000000000055',
    '1e400',
    '-1E+999',
    '1.5e-400',
    '0.001e-999',
  ])('keeps %s as text, as a double cannot hold it', (number) => {
    expect(readJson(`{"a":[${number}]}`)).toEqual({ a: [number] });
  });

  it.each(['1e100', '1e-100', '0e400', '-0', '0.0e-999', '12', '1.50', '123456789.123456', '0.000000000012'])(
    'has %s as a number',
    (number) => {
      expect(readJson(`{"a":${number}}`)).toEqual({ a: Number(number) });
    },
  );

  it('that is nested too deeply to be written is refused, and wide JSON is not', () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels)}1e400${']'.repeat(levels)}}`;
    expect(readFields(nested(499)).kind).toBe('in');
    for (const levels of [500, 5_000, 500_000])
      expect(readFields(nested(levels))).toEqual({
        kind: 'failed',
        step: 'source',
        reason: 'It is nested more than 500 levels deep',
      });
    expect(readFields(`{"a":[${Array(5_000).fill('{}').join()}]}`).kind).toBe('in');
  });
});
