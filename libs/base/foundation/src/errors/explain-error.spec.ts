import { describe, expect, it } from '@jest/globals';
import { describeError, explainError } from './describe-error.ts';
import { shownValue } from './shown-value.ts';

describe('an error', () => {
  const error = new Error('Two settings cannot be used:\n  - A\n  - B', {
    cause: new Error('nats://u:p@host\nis away'),
  });

  it('is explained with its lines, and described in one', () => {
    expect(explainError(error)).toBe('Two settings cannot be used:\n  - A\n  - B: nats://***@host\nis away');
    expect(describeError(error)).toBe('Two settings cannot be used: - A - B: nats://***@host is away');
  });
});

describe('the value of a setting in a message', () => {
  it('is quoted and cut, without what may be a password even where it is not an address', () => {
    expect(shownValue('foo')).toBe('"foo"');
    expect(shownValue('user:secret@host, x')).toBe('"***@host, x"');
    expect(shownValue('nats://user:sec ret@host')).not.toContain('ret');
    expect(shownValue('x'.repeat(200))).toHaveLength(83);
  });
});
