import { expect, it } from '@jest/globals';
import { FairTurns } from './fair-turns.ts';

/** What each payer gets of a long time in which all of them always wait; `cost` is what one of its turns takes. */
function shares(cost: Record<string, number>): Record<string, number> {
  const turns = new FairTurns();
  const payers = Object.keys(cost);
  const got = Object.fromEntries(payers.map((payer) => [payer, 0]));
  for (let i = 0; i < 1_000; i++) {
    const payer = payers[turns.choose(payers)] ?? '';
    turns.paid(payer, { ms: cost[payer] ?? 0, openingMs: 0, slow: false }, 0);
    got[payer] = (got[payer] ?? 0) + (cost[payer] ?? 0);
  }
  return got;
}

it('gives everybody the same time, however long a turn of theirs takes', () => {
  const { slow = 0, quick = 0, other = 0 } = shares({ slow: 900, quick: 10, other: 50 });
  expect(Math.max(slow, quick, other) - Math.min(slow, quick, other)).toBeLessThanOrEqual(900);
});

it('lets whoever waits longest go first among those who have used the same', () => {
  expect(new FairTurns().choose(['b', 'a', 'b'])).toBe(0);
});

it('does not save up the time that somebody did not ask for', () => {
  const turns = new FairTurns();
  for (let i = 0; i < 100; i++) {
    turns.choose(['busy']);
    turns.paid('busy', { ms: 100, openingMs: 0, slow: false }, 0);
  }
  const served = Array.from({ length: 10 }, () => {
    const payers = ['late', 'busy'];
    const payer = payers[turns.choose(payers)] ?? '';
    turns.paid(payer, { ms: 100, openingMs: 0, slow: false }, 0);
    return payer;
  });
  expect(served.filter((payer) => payer === 'busy').length).toBeGreaterThanOrEqual(4);
});

it('calls a payer slow by its last turn', () => {
  const turns = new FairTurns();
  turns.paid('a', { ms: 1, openingMs: 0, slow: true }, 0);
  expect(turns.isSlow('a')).toBe(true);
  turns.paid('a', { ms: 1, openingMs: 0, slow: false }, 0);
  expect(turns.isSlow('a')).toBe(false);
});

it('calls a payer light that uses little, and one that used much again when that was a while ago', () => {
  const turns = new FairTurns();
  // Fifty changes a second beside a turn every two seconds.
  for (let at = 0; at < 60_000; at += 20) turns.paid('live', { ms: 0.5, openingMs: 0, slow: false }, at);
  for (let at = 0; at < 60_000; at += 2_000) turns.paid('much', { ms: 250, openingMs: 0, slow: true }, at);
  expect([turns.isLight('live', 60_000), turns.isLight('much', 60_000)]).toEqual([true, false]);
  // A short turn in between is no disguise.
  turns.paid('much', { ms: 1, openingMs: 0, slow: false }, 60_001);
  expect([turns.isLight('much', 60_001), turns.isLight('much', 90_000)]).toEqual([false, true]);
  expect(turns.isLight('new', 0)).toBe(true);
});
