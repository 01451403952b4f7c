import { describe, expect, it } from '@jest/globals';
import { nextLookMs, planToken } from './plan-token.ts';

const token = { value: 't', since: 1_000, ttlMs: 600, fullTtlMs: 600, renewable: true };

describe("Vault's token", () => {
  it('is made by a login, and again when it has expired', () => {
    expect(planToken(null, 0)).toBe('login');
    expect(planToken(token, 1_600)).toBe('login');
  });

  it('is kept, then renewed in the middle of its life', () => {
    expect(planToken(token, 1_299)).toBe('keep');
    expect(planToken(token, 1_300)).toBe('renew');
    expect(planToken(token, 1_599)).toBe('renew');
  });

  it('is replaced where it cannot be renewed, or only for less and less', () => {
    expect(planToken({ ...token, renewable: false }, 1_300)).toBe('login');
    expect(planToken({ ...token, ttlMs: 299 }, 1_000)).toBe('login');
  });

  it('is kept where it does not expire', () => {
    expect(planToken({ ...token, ttlMs: 0, fullTtlMs: 0 }, 1e9)).toBe('keep');
  });

  it('is looked at in the middle of its life, or sooner when the values are to be read', () => {
    expect(nextLookMs(token, 60_000, 1_000)).toBe(300);
    expect(nextLookMs(token, 200, 1_000)).toBe(200);
    expect(nextLookMs({ ...token, ttlMs: 0 }, 60_000, 5_000)).toBe(60_000);
  });
});
