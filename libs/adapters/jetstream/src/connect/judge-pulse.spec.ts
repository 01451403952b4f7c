import { describe, expect, it } from '@jest/globals';
import { judgePulse, type PulseFacts } from './judge-pulse.ts';

const WELL: PulseFacts = {
  problem: null,
  brokenSince: null,
  answeredAt: 100_000,
  answeredAtUtc: '2026-01-01T10:00:00.000Z',
  tookMs: 3,
  misses: 0,
  failure: null,
  silence: 'NATS (a:4222) does not answer in time: check it',
};
const NOW = 101_000;

describe('What is said of JetStream', () => {
  const table: [string, Partial<PulseFacts>, boolean, RegExp][] = [
    ['it answers', {}, true, /answers, in 3 ms/],
    ['it was not asked yet', { answeredAt: null, answeredAtUtc: null, tookMs: null }, true, /^connected$/],
    [
      'one answer was late',
      { misses: 1 },
      true,
      /NATS \(a:4222\) does not answer in time: check it; its last answer was at 2026-01-01T10/,
    ],
    ['the second one was, too', { misses: 2 }, false, /last answer was at 2026-01-01T10:00:00.000Z/],
    ['it answers slowly for the second time', { misses: 2, tookMs: 2_300 }, false, /slow: .* took 2\.3 s/],
    ['it refused once', { misses: 1, failure: 'no room' }, true, /no room/],
    [
      'it refused twice, after a slow answer',
      { misses: 2, failure: 'no room', tookMs: 9_000 },
      false,
      /^no room; its last/,
    ],
    [
      'the connection broke a moment ago',
      { brokenSince: 100_500, problem: 'lost' },
      true,
      /^lost; its last answer/,
    ],
    [
      'the connection broke while it did not answer',
      { brokenSince: 100_500, misses: 1 },
      false,
      /not connected/,
    ],
    [
      'the connection is broken',
      { brokenSince: 90_000, problem: 'refused' },
      false,
      /^refused; its last answer/,
    ],
    [
      'it never connected',
      { ...WELL, brokenSince: 100_900, answeredAt: null, answeredAtUtc: null },
      false,
      /^not connected yet$/,
    ],
  ];

  it.each(table)('when %s', (_what, change, ready, detail) => {
    const health = judgePulse({ ...WELL, ...change }, NOW);
    expect(health).toEqual({ ready, detail: expect.stringMatching(detail) });
  });
});
