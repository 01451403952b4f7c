import { describe, expect, it } from '@jest/globals';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { CARRIER_PATIENCE } from '@nestjs-spark/runtime/internal';
import {
  judgeTrouble,
  whyIncomplete,
  whyStalled,
  type ReadinessFacts,
  type Trouble,
  type TroubleFacts,
} from './judge-receiving.ts';

const checkpoint = checkpointOf(TASK, { to: 100, live: true, swept: true });
const catchUpTo = { databaseId: 'db', etag: 100, witness: null };
const whole: ReadinessFacts = { checkpoint, fingerprint: 'v1', reached: 100, catchUpTo, caughtUp: false };

describe('what a copy still lacks', () => {
  it.each<[string, Partial<ReadinessFacts>, string | null]>([
    ['nothing', {}, null],
    ['everything', { checkpoint: null }, 'the owner has not sent anything yet'],
    ['the new script', { fingerprint: 'v2' }, 'the new one is not deployed yet'],
    ['nothing, where another instance declares another script', { fingerprint: 'v2', caughtUp: true }, null],
    ['the rest of a first copy', { checkpoint: { ...checkpoint, live: false } }, 'everything up to etag 100'],
    ['that older copies are gone', { checkpoint: { ...checkpoint, swept: false } }, 'are being removed'],
    ['word of the source', { catchUpTo: null }, 'not known yet what changed'],
    ['another database', { catchUpTo: { ...catchUpTo, databaseId: 'new' } }, 'was replaced'],
    ['what changed while it was away', { catchUpTo: { ...catchUpTo, etag: 120 } }, 'etag 100 of 120'],
    ['nothing, as it was whole once', { catchUpTo: { ...catchUpTo, etag: 120 }, caughtUp: true }, null],
  ])('%s', (_what, changed, because) => {
    const found = whyIncomplete({ ...whole, ...changed });
    if (because === null) expect(found).toBeNull();
    else expect(found).toContain(because);
  });
});

const trouble = (because: string, changed: Partial<Trouble> = {}): Trouble => ({
  state: 'Waiting',
  because,
  isOwners: false,
  ticks: 0,
  ...changed,
});
const none: TroubleFacts = {
  lease: null,
  own: null,
  unseen: { ticks: 0, because: null },
  missing: null,
  word: null,
  owner: 'Fleet',
  ownerSilent: null,
};
const all: TroubleFacts = {
  lease: trouble('the lease'),
  own: trouble('its own'),
  unseen: { ticks: CARRIER_PATIENCE, because: 'the database' },
  missing: 20,
  word: { state: 'Faulted', lastError: 'the carrier', stalledBecause: null },
  owner: 'Fleet',
  ownerSilent: 30,
};

describe('the trouble of a task', () => {
  it.each<[string, Partial<TroubleFacts>, string]>([
    ['its lease before anything else', {}, 'the lease'],
    ['then what this instance met', { lease: null }, 'its own'],
    ['then that its database is silent', { lease: null, own: null }, 'the database'],
    [
      'then that nobody carries it',
      { lease: null, own: null, unseen: none.unseen },
      'no instance of this module',
    ],
    [
      'then what the carrier says',
      { lease: null, own: null, unseen: none.unseen, missing: null },
      'the carrier',
    ],
    [
      'then that the owner is silent',
      { ...none, ownerSilent: 30 },
      'nothing has been heard from Fleet for 30 s',
    ],
  ])('%s', (_what, changed, because) => {
    expect(judgeTrouble({ ...all, ...changed })?.because).toContain(because);
  });

  it('none', () => {
    expect(judgeTrouble(none)).toBeNull();
  });

  it('the silence of the owner with its seconds, on an instance whose carrier says the same, too', () => {
    const word = {
      state: 'Waiting' as const,
      lastError: 'nothing has been heard from Fleet for 28 s',
      stalledBecause: null,
    };
    expect(judgeTrouble({ ...none, word, ownerSilent: 30 })).toMatchObject({
      silentSeconds: 30,
      isOwners: true,
    });
  });
});

describe('what stalls a copy', () => {
  it.each<[string, Trouble | null, Partial<TroubleFacts>, string | null]>([
    ['a fault of this side that has lasted', trouble('full', { ticks: CARRIER_PATIENCE }), {}, 'full'],
    ['not one that just began', trouble('full'), {}, null],
    ['not one of the owner', trouble('away', { ticks: CARRIER_PATIENCE, isOwners: true }), {}, null],
    [
      'what stalls the carrier',
      null,
      { word: { state: 'Waiting', lastError: null, stalledBecause: 'disk' } },
      'disk',
    ],
    [
      'not what a carrier said that is gone',
      null,
      { word: { state: 'Waiting', lastError: null, stalledBecause: 'disk' }, missing: 20 },
      null,
    ],
  ])('%s', (_what, found, changed, because) => {
    expect(whyStalled(found, { ...none, ...changed })).toBe(because);
  });
});
