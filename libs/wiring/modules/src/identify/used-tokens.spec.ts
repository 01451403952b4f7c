import { describe, expect, it } from '@jest/globals';
import { UsedTokens } from './used-tokens.ts';

describe('used tokens', () => {
  it('are taken once, in any case of the module name', () => {
    const used = new UsedTokens();
    expect(used.use('HR', 'a', 60, 0)).toBe('first');
    expect(used.use('hr', 'a', 60, 0)).toBe('again');
    expect(used.use('Sales', 'a', 60, 0)).toBe('first');
  });

  it('of one module are bounded and never push out what is still valid', () => {
    const used = new UsedTokens(2);
    used.use('HR', 'a', 60, 0);
    used.use('HR', 'b', 60, 0);
    expect(used.use('HR', 'c', 60, 0)).toBe('too-many');
    expect(used.use('HR', 'a', 60, 0)).toBe('again');
    expect(used.use('Sales', 'c', 60, 0)).toBe('first');
  });

  it('make room once they have expired, the clock skew included', () => {
    const used = new UsedTokens(1);
    used.use('HR', 'a', 60, 0);
    expect(used.use('HR', 'b', 120, 65)).toBe('too-many');
    expect(used.use('HR', 'b', 120, 66)).toBe('first');
  });
});
