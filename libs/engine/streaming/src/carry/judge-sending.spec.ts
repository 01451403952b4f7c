import { describe, expect, it } from '@jest/globals';
import type { Confirmation } from '@nestjs-spark/contracts/internal';
import { judgeSending, type SendingFacts } from './judge-sending.ts';

const NOW = 1_800_000_000_000;
const source = { databaseId: 'db', etag: 130 };
const stands = { databaseId: 'db', incarnation: 'i', publishedTo: 120, readTo: 130 };
const confirmed = { incarnation: 'i', databaseId: 'db', to: 100, readAt: NOW - 7_000 } as Confirmation;

const rows: [string, Partial<SendingFacts>, number | null, number | null, number | null][] = [
  ['some is confirmed', {}, 100, 30, 7_000],
  ['all that was published is', { confirmation: { ...confirmed, to: 120 } }, 120, 0, 0],
  [
    'the capture stands, what is confirmed is all it published',
    { confirmation: { ...confirmed, to: 120 }, stands: { ...stands, readTo: 120 } },
    120,
    10,
    7_000,
  ],
  ['nothing was ever confirmed', { confirmation: null }, null, 130, null],
  ['it is not known what was', { confirmation: undefined }, null, null, null],
  ['the source is not known', { source: null }, 100, null, null],
  [
    'another reading of the source was',
    { confirmation: { ...confirmed, incarnation: 'before', to: 900 } },
    null,
    130,
    null,
  ],
  [
    'the source is another database than the one that is read',
    { source: { databaseId: 'new', etag: 7 } },
    null,
    null,
    null,
  ],
  [
    'the requester is of an older version',
    { confirmation: { ...confirmed, databaseId: undefined, readAt: undefined } as never },
    100,
    30,
    null,
  ],
  ['nobody carries the task', { stands: null }, 100, 30, 7_000],
  [
    'nobody carries it, and another database was confirmed',
    { stands: null, source: { databaseId: 'new', etag: 7 } },
    null,
    7,
    null,
  ],
  ['the clock was set back since', { now: NOW - 60_000 }, 100, 30, 1],
];

describe('How far a requester is behind, by its owner', () => {
  it.each(rows)('%s', (_what, more, confirmedEtag, lag, behindMs) => {
    const facts = { source, stands, confirmation: confirmed, now: NOW, ...more };
    expect(judgeSending(facts)).toEqual({ confirmedEtag, lag, behindMs });
  });
});
