import { describe, expect, it } from '@jest/globals';
import type { ChangeSetHeader } from '@nestjs-spark/contracts';
import type { ResyncRequest } from '@nestjs-spark/contracts/internal';
import { decideResumption, type ResumeFacts } from './resume.ts';

const tail: ChangeSetHeader = {
  task: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
  generation: 3,
  incarnation: 'a',
  databaseId: 'db',
  from: 90,
  to: 100,
  began: 40,
  live: true,
  witness: { number: 5, mark: 'e' },
  script: 'v1',
  resync: null,
  readAt: 0,
};

const RECORD = { number: 5, marks: ['e', 'd', 'c', 'b', 'a'] };

function facts(changed: Partial<ResumeFacts>): ResumeFacts {
  return {
    tail,
    foreign: false,
    task: { fingerprint: 'v1', generation: 1 },
    source: { databaseId: 'db', lastEtag: 120, witness: RECORD },
    confirmed: null,
    resync: null,
    deletesLostFrom: null,
    incarnation: 'new',
    ...changed,
  };
}

function request(changed: Partial<ResyncRequest>): ResyncRequest {
  return {
    id: 'r1',
    reason: 'a hole',
    checkpoint: { generation: 3, incarnation: 'a', databaseId: 'db', to: 70 },
    seen: { generation: 3, databaseId: 'db', from: 90, to: 100 },
    at: 0,
    ...changed,
  };
}

describe('where a capture goes on', () => {
  it('leaves a number for every generation to come, whatever is said on the board', () => {
    const generation = Number.MAX_SAFE_INTEGER;
    const confirmed = { generation, incarnation: 'z', to: 1, witness: { number: 5, mark: 'e' } };
    const seen = { generation, databaseId: 'db', from: 90, to: 100 };
    for (const said of [{ confirmed }, { resync: request({ seen, fromStart: true }) }]) {
      expect(decideResumption(facts(said)).position.generation).toBe(3);
      expect(decideResumption(facts({ ...said, tail: null })).position.generation).toBe(1);
    }
    const ahead = decideResumption(facts({ confirmed: { ...confirmed, generation: 500 } }));
    expect(ahead.position.generation).toBe(501);
  });

  it('goes on after the last set of its log', () => {
    const { kind, position } = decideResumption(facts({}));
    expect(kind).toBe('continue');
    expect(position).toMatchObject({ generation: 3, incarnation: 'a', to: 100, live: true, began: 40 });
  });

  describe('when somebody else has written after its last set', () => {
    const confirmed = { generation: 3, incarnation: 'a', to: 90, witness: { number: 5, mark: 'e' } };

    it('drops that, and sends what is not confirmed once more in the same generation', () => {
      const { kind, position } = decideResumption(facts({ foreign: true, confirmed }));
      expect(kind).toBe('rewind');
      expect(position).toMatchObject({ generation: 3, incarnation: 'a', to: 90, live: false, began: 40 });
    });

    it('reads from the beginning where nothing is confirmed, and never beyond what it has sent', () => {
      const other = { ...confirmed, incarnation: 'b', generation: 2 };
      for (const known of [null, other])
        expect(decideResumption(facts({ foreign: true, confirmed: known })).position.to).toBe(0);
      const forged = { ...confirmed, to: 118 };
      expect(decideResumption(facts({ foreign: true, confirmed: forged })).position.to).toBe(100);
    });

    it('begins a generation only where deletes are gone unread', () => {
      const lost = { foreign: true, confirmed, deletesLostFrom: 91 };
      expect(decideResumption(facts(lost))).toMatchObject({ kind: 'begin', position: { generation: 4 } });
    });
  });

  it('remembers what the requester has, although a restored log says less', () => {
    const older = { ...tail, to: 80, witness: { number: 3, mark: 'c' } };
    const confirmed = { generation: 3, incarnation: 'a', to: 100, witness: { number: 5, mark: 'e' } };
    expect(decideResumption(facts({ tail: older })).position.witness).toEqual(older.witness);
    const resync = request({});
    for (const found of [facts({ tail: older, confirmed }), facts({ tail: older, confirmed, resync })])
      expect(decideResumption(found).position.witness).toEqual(confirmed.witness);
  });

  it.each<[string, Partial<ResumeFacts>]>([
    ['the script has changed', { task: { fingerprint: 'v2', generation: 1 } }],
    ['a newer generation was asked for', { task: { fingerprint: 'v1', generation: 4 } }],
    ['the source is another database', { source: { databaseId: 'other', lastEtag: 120, witness: RECORD } }],
    ['the source is behind its log', { source: { databaseId: 'db', lastEtag: 99, witness: RECORD } }],
    [
      'the witness went back and was raised again',
      { source: { databaseId: 'db', lastEtag: 120, witness: { number: 5, marks: ['x', 'd', 'c'] } } },
    ],
    [
      'the witness went back',
      { source: { databaseId: 'db', lastEtag: 120, witness: { number: 4, marks: ['d', 'c'] } } },
    ],
    [
      'the witness went back behind what was confirmed',
      { confirmed: { generation: 3, incarnation: 'a', to: 90, witness: { number: 6, mark: 'f' } } },
    ],
    [
      'the requester has another reading of the same number',
      { confirmed: { generation: 3, incarnation: 'b', to: 90, witness: { number: 5, mark: 'e' } } },
    ],
    [
      'the requester misses something of another reading of the same number',
      { resync: request({ checkpoint: { generation: 3, incarnation: 'b', databaseId: 'db', to: 70 } }) },
    ],
    ['deletes are gone unread', { deletesLostFrom: 101 }],
    [
      'an older log was restored',
      {
        tail: { ...tail, generation: 2 },
        confirmed: { generation: 3, incarnation: 'a', to: 1, witness: { number: 0, mark: '' } },
      },
    ],
    ['an operator wishes it', { resync: request({ fromStart: true, checkpoint: null, seen: null }) }],
    ['the requester has nothing', { resync: request({ checkpoint: null }) }],
    [
      'the requester has an older generation',
      { resync: request({ checkpoint: { generation: 2, incarnation: 'a', databaseId: 'db', to: 9 } }) },
    ],
    [
      'the requester has another database',
      { resync: request({ checkpoint: { generation: 3, incarnation: 'a', databaseId: 'x', to: 9 } }) },
    ],
  ])('begins a generation above all known when %s', (_, changed) => {
    const { kind, position } = decideResumption(facts(changed));
    expect(kind).toBe('begin');
    expect(position.generation).toBe(4);
    expect(position).toMatchObject({ to: 0, live: false, incarnation: 'new' });
  });

  it('begins above what a requester has seen, even when the log is empty', () => {
    const { position } = decideResumption(
      facts({
        tail: null,
        confirmed: { generation: 6, incarnation: 'a', to: 1, witness: { number: 0, mark: '' } },
        resync: request({ checkpoint: { generation: 8, incarnation: 'a', databaseId: 'db', to: 1 } }),
      }),
    );
    expect(position.generation).toBe(9);
  });

  it('rewinds to the checkpoint of a requester that misses something', () => {
    const { kind, position } = decideResumption(facts({ resync: request({}) }));
    expect(kind).toBe('rewind');
    expect(position).toMatchObject({ generation: 3, incarnation: 'a', to: 70, live: false, resync: 'r1' });
  });

  it('begins a generation when what the requester misses cannot be read any more', () => {
    expect(decideResumption(facts({ resync: request({}), deletesLostFrom: 71 })).kind).toBe('begin');
  });

  it('answers a request once', () => {
    expect(decideResumption(facts({ tail: { ...tail, resync: 'r1' }, resync: request({}) })).kind).toBe(
      'continue',
    );
  });

  it('passes over a request about a generation that is over', () => {
    const past = request({ seen: { generation: 2, databaseId: 'db', from: 1, to: 2 } });
    expect(decideResumption(facts({ resync: past })).kind).toBe('continue');
  });
});
