import { describe, expect, it } from '@jest/globals';
import { OperatorToken, operatorTokenFaults } from './operator-token.ts';

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

describe('An operator token', () => {
  it('that no request can carry is a fault in development, too, and is not shown', () => {
    for (const token of ['canary word', 'canary\nline', 'canäry'])
      for (const production of [true, false]) {
        const faults = operatorTokenFaults(token, {}, production);
        expect(faults).toEqual([expect.stringMatching(/\(SPARK_OPERATOR_TOKEN\) cannot be sent/)]);
        expect(faults.join()).not.toContain('can\u00e4ry');
        expect(faults.join()).not.toContain('canary');
      }
  });

  it('that is short is a fault in production alone, unless it is allowed', () => {
    expect(operatorTokenFaults('short', {}, false)).toEqual([]);
    expect(operatorTokenFaults('short', {}, true)).toEqual([
      expect.stringMatching(/fewer than 16 characters/),
    ]);
    expect(operatorTokenFaults('short', { SPARK_ALLOW_SHORT_OPERATOR_TOKEN: '1' }, true)).toEqual([]);
    expect(operatorTokenFaults(null, {}, true)).toEqual([]);
  });
});
