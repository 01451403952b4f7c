import { describe, expect, it } from '@jest/globals';
import type { ChangeSetHeader } from '@nestjs-spark/contracts';
import type { ResyncRequest } from '@nestjs-spark/contracts/internal';
import { Answers } from './answers.ts';
import type { ResumeFacts } from './resume.ts';

const tail: ChangeSetHeader = {
  task: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
  generation: 3,
  incarnation: 'a',
  databaseId: 'db',
  from: 90,
  to: 100,
  began: 40,
  live: true,
  witness: { number: 0, mark: '' },
  script: 'v1',
  resync: null,
  readAt: 0,
};
const RECORD = { number: 0, marks: [''] };
const calm: ResumeFacts = {
  tail,
  foreign: false,
  task: { fingerprint: 'v1', generation: 1 },
  source: { databaseId: 'db', lastEtag: 120, witness: RECORD },
  confirmed: null,
  resync: null,
  deletesLostFrom: null,
  incarnation: 'new',
};
const everything: ResyncRequest = {
  id: 'r1',
  reason: 'r',
  checkpoint: null,
  seen: null,
  fromStart: true,
  at: 0,
};
const ahead = { generation: 9, incarnation: 'z', to: 1, witness: { number: 0, mark: '' } };
const SECOND = 1_000;

describe('what the board asks of a capture', () => {
  let now = 0;
  const answers = (): Answers => new Answers(SECOND, () => now);
  const kindOf = (given: Answers, facts: Partial<ResumeFacts>) => {
    const { resumption, isPostponed } = given.decide({ ...calm, ...facts });
    return isPostponed ? `${resumption.kind}, and later` : resumption.kind;
  };

  it.each<[string, Partial<ResumeFacts>]>([
    ['a request for everything', { resync: everything }],
    ['a confirmation of a later generation', { confirmed: ahead }],
    ['both', { resync: everything, confirmed: ahead }],
  ])('is done at once the first time, and then after waits that double: %s', (_, asked) => {
    const given = answers();
    expect(kindOf(given, asked)).toBe('begin');
    for (const wait of [1, 2, 4, 8]) {
      now += wait * SECOND - 1;
      expect(kindOf(given, asked)).toBe('continue, and later');
      now += 1;
      expect(kindOf(given, asked)).toBe('begin');
    }
  });

  it('costs at most one reading in five minutes, however long it is asked for, and nothing once that is over', () => {
    const given = answers();
    let readings = 0;
    for (const end = now + 24 * 3_600 * SECOND; now < end; now += 10 * SECOND)
      if (kindOf(given, { resync: everything }) === 'begin') readings++;
    expect(readings).toBeLessThan(24 * 12 + 10);
    now += 601 * SECOND;
    expect(kindOf(given, { resync: everything })).toBe('begin');
    now += SECOND;
    expect(kindOf(given, { resync: everything })).toBe('begin');
  });

  it('does not hold up what the log or the source shows, nor what costs no more than that', () => {
    const given = answers();
    kindOf(given, { resync: everything });
    expect(kindOf(given, { task: { fingerprint: 'v2', generation: 2 }, resync: everything })).toBe('begin');
    expect(kindOf(given, { tail: null, confirmed: ahead })).toBe('begin');
    expect(kindOf(given, { foreign: true })).toBe('rewind');
    expect(kindOf(given, { foreign: true, resync: everything })).toBe('rewind, and later');
  });

  it('ends a session no more often than it is answered', () => {
    const given = answers();
    expect([given.ask(), given.ask()]).toEqual([true, false]);
    expect(kindOf(given, { resync: everything })).toBe('begin');
    expect(given.waitMs).toBe(SECOND);
    now += SECOND;
    expect(given.ask()).toBe(true);
    expect(given.waitMs).toBe(2 * SECOND);
  });
});
