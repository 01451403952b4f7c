import { describe, expect, it } from '@jest/globals';
import type { CaptureStatus, SourceStatus } from '@nestjs-spark/contracts/internal';
import { SILENCE_MS, SourceKnowledge, type Reached } from './source-knowledge.ts';

const HOUR = 3_600_000;
/** The owner's clock when the test begins; the requester's may be anything. */
const OWNER = 1_800_000_000_000;

const at100: Reached = { databaseId: 'db', incarnation: 'i', to: 100, readAt: OWNER - 5_000 };

const word = (lastEtag: number, more: Partial<SourceStatus> = {}): SourceStatus => ({
  databaseId: 'db',
  lastEtag,
  at: OWNER,
  ...more,
});

const capture = (publishedTo: number, readTo: number, incarnation = 'i') =>
  ({ databaseId: 'db', incarnation, publishedTo, readTo }) as CaptureStatus;

interface Row {
  what: string;
  hear: (source: SourceKnowledge) => void;
  reached?: Reached | null;
  now?: number;
  /** How far the requester's clock is off the owner's. */
  clockOff?: number;
  lag: number | null;
  behindMs: number | null;
}

/** Two words, so that it is known when the second one came. */
const hearing =
  (lastEtag: number, heardAt = 0) =>
  (source: SourceKnowledge) => {
    source.said(word(lastEtag, { at: OWNER - 5_000 }), heardAt - 5_000);
    source.said(word(lastEtag), heardAt);
  };

const rows: Row[] = [
  { what: 'nothing was ever heard', hear: () => {}, lag: null, behindMs: null },
  { what: 'nothing was applied yet', hear: hearing(100), reached: null, lag: null, behindMs: null },
  { what: 'all of it is here', hear: hearing(100), lag: 0, behindMs: 0 },
  { what: 'some of it is not', hear: hearing(130), lag: 30, behindMs: 5_000 },
  { what: 'time passes', hear: hearing(130), now: 2_000, lag: 30, behindMs: 7_000 },
  { what: 'a minute of silence', hear: hearing(130), now: SILENCE_MS, lag: 30, behindMs: SILENCE_MS + 5_000 },
  { what: 'more than that, behind', hear: hearing(130), now: SILENCE_MS + 1, lag: null, behindMs: null },
  {
    what: 'more than that, although nothing was missing',
    hear: hearing(100),
    now: SILENCE_MS + 1,
    lag: null,
    behindMs: null,
  },
  {
    what: 'one word that may have been there for days',
    hear: (s) => s.said(word(100), 0),
    lag: null,
    behindMs: null,
  },
  {
    what: 'the same word again and again',
    hear: (s) => {
      for (let i = 0; i < 5; i++) s.said(word(100), i);
    },
    lag: null,
    behindMs: null,
  },
  {
    what: 'the requester’s clock an hour ahead',
    hear: hearing(130),
    clockOff: HOUR,
    lag: 30,
    behindMs: 5_000,
  },
  {
    what: 'the requester’s clock an hour behind',
    hear: hearing(130),
    clockOff: -HOUR,
    lag: 30,
    behindMs: 5_000,
  },
  {
    what: 'the owner’s clock was set back',
    hear: hearing(130),
    reached: { ...at100, readAt: OWNER + HOUR },
    lag: 30,
    behindMs: 1,
  },
  {
    what: 'an answer of an owner without words',
    hear: (s) => s.answered({ databaseId: null, etag: 130 }, 0),
    lag: 30,
    behindMs: 5_000,
  },
  {
    what: 'the same, and the requester’s clock behind: not known, and not 0',
    hear: (s) => s.answered({ databaseId: null, etag: 130 }, 0),
    clockOff: -HOUR,
    lag: 30,
    behindMs: null,
  },
  {
    what: 'the owner has another database',
    hear: (s) => s.answered({ databaseId: 'new', etag: 7 }, 0),
    lag: null,
    behindMs: null,
  },
  {
    what: 'word of the new one, then a set of the old one',
    hear: (s) => {
      hearing(100)(s);
      s.said(word(7, { databaseId: 'new', at: OWNER + 1 }), 1);
      s.received({ databaseId: 'db', etag: 140 });
    },
    lag: null,
    behindMs: null,
  },
  {
    what: 'what is missing was read and is nothing of the task',
    hear: (s) => {
      hearing(130)(s);
      s.captured(capture(100, 130));
    },
    lag: 0,
    behindMs: 0,
  },
  {
    what: 'the same, but something was published before it',
    hear: (s) => {
      hearing(130)(s);
      s.captured(capture(101, 130));
    },
    lag: 30,
    behindMs: 5_000,
  },
  {
    what: 'the same, of another reading of the source',
    hear: (s) => {
      hearing(130)(s);
      s.captured(capture(100, 130, 'another'));
    },
    lag: 30,
    behindMs: 5_000,
  },
  {
    what: 'a set that is ahead of the owner’s last word',
    hear: (s) => {
      hearing(100)(s);
      s.received({ databaseId: 'db', etag: 150 });
    },
    lag: 50,
    behindMs: 5_000,
  },
];

describe('What a requester knows of its owner', () => {
  it.each(rows)('$what', ({ hear, reached = at100, now = 0, clockOff = 0, lag, behindMs }) => {
    const source = new SourceKnowledge();
    hear(source);
    expect(source.lag(reached, now)).toBe(lag);
    expect(source.behindMs(reached, now, OWNER + now + clockOff)).toBe(behindMs);
  });

  it('an owner that speaks and stops is silent after some ticks; one that never spoke is of an older version', () => {
    const source = new SourceKnowledge();
    const spoke = new SourceKnowledge();
    hearing(100)(spoke);
    for (let tick = 0; tick < 12; tick++) {
      expect([source.silentFor, spoke.silentFor]).toEqual([null, null]);
      source.tick();
      spoke.tick();
    }
    expect([source.silentFor, spoke.silentFor]).toEqual([null, 12]);
    spoke.said(word(100, { at: OWNER + 60_000 }), 60_000);
    expect(spoke.silentFor).toBeNull();
  });
});
