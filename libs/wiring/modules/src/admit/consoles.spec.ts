import { describe, expect, it } from '@jest/globals';
import { Consoles } from './consoles.ts';

const admits = (environment: Record<string, string>, name = 'Desk'): boolean => {
  try {
    Consoles.from('HR', environment).require(name);
    return true;
  } catch {
    return false;
  }
};

describe('the consoles that a module admits', () => {
  it('are those it names', () => {
    expect(admits({ SPARK_CONSOLES: 'desk, Other' })).toBe(true);
    expect(admits({ SPARK_CONSOLES: 'Other' })).toBe(false);
  });

  it('are none without names, in development too: any module could make itself an operator', () => {
    expect(admits({})).toBe(false);
    expect(admits({ SPARK_CONSOLES: '' })).toBe(false);
    expect(admits({ NODE_ENV: 'development' })).toBe(false);
  });

  it('are always its own, mounted in it', () => {
    expect(admits({}, 'hr')).toBe(true);
  });
});
