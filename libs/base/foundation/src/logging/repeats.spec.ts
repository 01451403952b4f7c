import { expect, it } from '@jest/globals';
import { Repeats } from './repeats.ts';

it('says the first of equal messages, and once per interval how many were left out', () => {
  const repeats = new Repeats(1_000);
  expect([0, 1, 999, 1_000, 1_500, 9_000].map((now) => repeats.leftOut('away', now))).toEqual([
    0,
    null,
    null,
    2,
    null,
    1,
  ]);
  expect(repeats.leftOut('another', 9_000)).toBe(0);
});

it('remembers a bounded number of messages', () => {
  const repeats = new Repeats(1_000);
  for (let i = 0; i < 201; i++) repeats.leftOut(String(i), i);
  expect([repeats.leftOut('0', 300), repeats.leftOut('200', 300)]).toEqual([0, null]);
});
