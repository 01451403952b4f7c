import { describe, expect, it } from '@jest/globals';
import { Consoles } from './consoles.ts';

const admits = (
  environment: Record<string, string>,
  { production = false, name = 'Desk', address = '127.0.0.1' } = {},
): boolean => {
  try {
    Consoles.from('HR', environment, production).require(name, address);
    return true;
  } catch {
    return false;
  }
};

describe('the consoles that a module admits', () => {
  it('are those it names, wherever they are', () => {
    expect(admits({ SPARK_CONSOLES: 'Desk, Other' }, { address: '10.0.0.1', production: true })).toBe(true);
    expect(admits({ SPARK_CONSOLES: 'Other' })).toBe(false);
    expect(admits({ SPARK_CONSOLES: '' })).toBe(false);
  });

  it('are none in production, and those of this machine otherwise', () => {
    expect(admits({}, { production: true })).toBe(false);
    expect(admits({})).toBe(true);
    expect(admits({}, { address: '::ffff:127.0.0.1' })).toBe(true);
    expect(admits({}, { address: '10.0.0.1' })).toBe(false);
  });

  it('are always its own, mounted in it', () => {
    expect(admits({ SPARK_CONSOLES: '' }, { name: 'hr', production: true })).toBe(true);
  });
});
