import { describe, expect, it } from '@jest/globals';
import { OperatorToken } from './operator-token.ts';

describe('the operator token', () => {
  it('lets nobody in when none is configured, not even with an empty one', () => {
    for (const closed of [new OperatorToken(null), new OperatorToken('')]) {
      expect(closed.open).toBe(false);
      expect(closed.matches('')).toBe(false);
      expect(closed.matches('null')).toBe(false);
    }
  });

  it('lets in whoever shows it and nobody else', () => {
    const token = new OperatorToken('open sesame');
    expect(token.matches('open sesame')).toBe(true);
    expect(token.matches('open sesame ')).toBe(false);
    expect(token.matches('')).toBe(false);
  });
});
