import { describe, expect, it } from '@jest/globals';
import { readJobIds, readReason } from './read-query.ts';

describe('The body of a cancel', () => {
  it('may be left out, and may have a reason', () => {
    expect([readReason(''), readReason('{}'), readReason('{"reason":"late"}')]).toEqual([null, null, 'late']);
  });

  it('is refused with a field that is not known: a misspelt reason would be lost', () => {
    expect(() => readReason('{"Reason":"late"}')).toThrow(
      expect.objectContaining({
        errors: [{ pointer: '/Reason', detail: 'is not known here; expected: reason' }],
      }),
    );
  });
});

describe('The question for statuses', () => {
  it('is refused with a field that is not known, as every other body is', () => {
    expect(readJobIds('{"jobIds":["a"]}')).toEqual(['a']);
    expect(() => readJobIds('{"jobIds":["a"],"ids":["b"]}')).toThrow(
      expect.objectContaining({
        errors: [{ pointer: '/ids', detail: 'is not known here; expected: jobIds' }],
      }),
    );
  });
});
