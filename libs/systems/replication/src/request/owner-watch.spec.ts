import { describe, expect, it } from '@jest/globals';
import { shouldAskAgain } from './owner-watch.ts';

const heard = { at: 2_000, before: null, startedAt: 1_000, state: 'deployed' } as const;

describe('an owner that registers', () => {
  it('is asked again, whatever stood before: it may have lost what it knew', () => {
    expect(shouldAskAgain(heard)).toBe(true);
    expect(shouldAskAgain({ ...heard, state: null })).toBe(true);
    expect(shouldAskAgain({ ...heard, state: 'dead' })).toBe(true);
  });

  it('is not asked again for a registration from before this start', () => {
    expect(shouldAskAgain({ ...heard, at: 500 })).toBe(false);
    expect(shouldAskAgain({ ...heard, at: 500, state: 'pending' })).toBe(false);
  });

  it('is asked again for an old registration when the request has come to grief', () => {
    expect(shouldAskAgain({ ...heard, at: 500, state: 'retrying' })).toBe(true);
    expect(shouldAskAgain({ ...heard, at: 500, state: 'dead' })).toBe(true);
  });

  it('is asked once for one registration, however often the board repeats it', () => {
    expect(shouldAskAgain({ ...heard, before: 2_000, state: 'dead' })).toBe(false);
    expect(shouldAskAgain({ ...heard, before: 2_000, at: 3_000 })).toBe(true);
  });

  it('is asked again for each registration that is received, although its clock is behind or was set back', () => {
    expect(shouldAskAgain({ ...heard, startedAt: 600_000, before: 2_000, at: 3_000 })).toBe(true);
    expect(shouldAskAgain({ ...heard, startedAt: 600_000, before: 700_000, at: 3_000 })).toBe(true);
  });
});
