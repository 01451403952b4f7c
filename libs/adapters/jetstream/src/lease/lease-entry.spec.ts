import { describe, expect, it } from '@jest/globals';
import { readLease } from './lease-entry.ts';

const LEASE = { holder: 'one', ttlMs: 5_000 };
const FREE = { holder: null, ttlMs: 0 };

describe('What is in the place of a lease', () => {
  it('is who holds it, or nobody', () => {
    expect(readLease(JSON.stringify({ ...LEASE, more: 1 }))).toEqual(LEASE);
    expect(readLease(JSON.stringify({ holder: null, ttlMs: 5_000 }))).toEqual({ holder: null, ttlMs: 5_000 });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"one"',
    '{"holder":"one"}',
    '{"holder":"one","ttlMs":-1}',
    '{"holder":"one","ttlMs":1e300}',
    '{"holder":1,"ttlMs":5000}',
    JSON.stringify({ ...LEASE, holder: 'x'.repeat(257) }),
  ])('does not hold it as %j', (text) => {
    expect(readLease(text)).toEqual(FREE);
  });
});
