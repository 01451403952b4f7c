import { describe, expect, it } from '@jest/globals';
import {
  adopting,
  nextTasks,
  hasEnded,
  hashSet,
  nextRecord,
  type RequestRecord,
  type WantedSet,
} from './request-record.ts';

const AT = '2026-01-01T00:00:00.000Z';
const cars = { sourceCollection: 'Cars', script: 'loadToCars({ A: this.A });' };
const brands = { sourceCollection: 'CarBrands', script: 'loadToCarBrands({ A: this.A });' };

function wanted(change: Partial<WantedSet> = {}): WantedSet {
  return {
    requestingModule: 'HR',
    targetDatabase: 'SparkHR',
    targetUrls: [],
    scripts: [cars, brands],
    ...change,
  };
}

function first(set: WantedSet = wanted()): RequestRecord {
  return nextRecord(null, 'Fleet', set, AT);
}

describe('the revision of a request', () => {
  it('begins at 1', () => {
    expect(first()).toMatchObject({ owner: 'Fleet', revision: 1, at: AT, deployed: null });
  });

  it('stays for the same set, in whatever order it was declared', () => {
    const before = first();
    expect(nextRecord(before, 'Fleet', wanted({ scripts: [brands, cars] }), 'later')).toBe(before);
  });

  it.each<[string, Partial<WantedSet>]>([
    ['a changed script', { scripts: [{ ...cars, script: 'loadToCars({ B: this.B });' }, brands] }],
    ['a dropped script', { scripts: [cars] }],
    ['a renamed script', { scripts: [{ ...cars, name: 'Autos' }, brands] }],
    ['another database', { targetDatabase: 'Other' }],
    ['other addresses', { targetUrls: ['http://db'] }],
    ['nothing any more', { scripts: [] }],
  ])('grows by one with %s', (_, change) => {
    expect(nextRecord(first(), 'Fleet', wanted(change), AT).revision).toBe(2);
  });

  it('keeps what the owner said until it answers again', () => {
    const deployed = { revision: 1, at: AT, tasks: [] };
    expect(nextRecord({ ...first(), deployed }, 'Fleet', wanted({ scripts: [] }), AT).deployed).toBe(
      deployed,
    );
  });

  it('tells a name that was left out from no other than the collection', () => {
    expect(hashSet(wanted({ scripts: [{ ...cars, name: 'Cars' }] }))).toBe(
      hashSet(wanted({ scripts: [cars] })),
    );
  });
});

describe('an owner that is asked for nothing', () => {
  it('has ended only once it has heard so', () => {
    const empty = nextRecord(first(), 'Fleet', wanted({ scripts: [] }), AT);
    expect(hasEnded(empty)).toBe(false);
    expect(hasEnded({ ...empty, deployed: { revision: 1, at: AT, tasks: [] } })).toBe(false);
    expect(hasEnded({ ...empty, deployed: { revision: 2, at: AT, tasks: [] } })).toBe(true);
    expect(hasEnded({ ...first(), deployed: { revision: 1, at: AT, tasks: [] } })).toBe(false);
  });
});

describe('a task that RavenDB’s own ETL carried', () => {
  const task = {
    key: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
    collection: 'Cars',
    fingerprint: 'f',
  };
  const answered = (engine: 'etl' | 'stream', name = 'cars') => [{ name, engine }];

  it('is remembered while the stream engine carries it, since its copies have no marks', () => {
    const moved = nextTasks(nextTasks([], answered('etl')), answered('stream', 'CARS'));
    expect(moved).toEqual([{ name: 'CARS', engine: 'stream', wasEtl: true }]);
    expect(nextTasks(moved, answered('stream'))).toMatchObject([{ wasEtl: true }]);
    expect(nextTasks(moved, answered('etl'))).toEqual([{ name: 'cars', engine: 'etl' }]);
    expect(nextTasks([], answered('stream'))).toEqual([{ name: 'cars', engine: 'stream' }]);
  });

  it('goes over what that has left', () => {
    const deployed = { revision: 1, at: '', tasks: nextTasks(answered('etl'), answered('stream')) };
    expect(adopting([task], deployed)).toEqual([{ ...task, adoptsFirst: true }]);
    expect(adopting([task], { ...deployed, tasks: answered('stream') })).toEqual([task]);
    expect(adopting([task], null)).toEqual([task]);
  });
});
