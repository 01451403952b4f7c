import { describe, expect, it } from '@jest/globals';
import { LATEST_STAMP } from '@nestjs-spark/sqlite/internal';
import fc from 'fast-check';
import { admit } from '../receive/admit.ts';
import { type EventName, type Head, headsText, type PeerEvent } from './event.ts';
import { compareHeads, mergeHeads, winnerOf } from './heads.ts';
import { bestProposal, disagreeing, type Proposal } from './rank-proposals.ts';
import { type ConflictResolver, foldHeads } from './resolve.ts';
import { shownOf } from './show.ts';
import { isStamp, stampOf } from './stamp.ts';

const anyHead = fc.record({
  origin: fc.constantFrom('a', 'b', 'c', 'd'),
  number: fc.integer({ min: 1, max: 50 }),
  hlc: fc.integer({ min: 1, max: 8 }),
});
const anyHeads = fc.uniqueArray(anyHead, {
  minLength: 1,
  maxLength: 6,
  selector: (head) => headsText([head]),
});

/** Writers that see what has reached them, on one record: each event with what it saw. */
const anyHistory = fc
  .array(fc.record({ writer: fc.nat(3), reads: fc.nat(20), hlc: fc.integer({ min: 1, max: 5 }) }), {
    maxLength: 15,
  })
  .map((writes) => {
    const history: PeerEvent[] = [];
    const known = new Map<number, Set<PeerEvent>>();
    for (const { writer, reads, hlc } of writes) {
      const seen = known.get(writer) ?? new Set();
      history.slice(0, reads).forEach((event) => seen.add(event));
      const sees = [...seen].reduce<PeerEvent[]>(mergeHeads, []);
      const number = history.filter(({ origin }) => origin === `w${writer}`).length + 1;
      const event = eventOf({ origin: `w${writer}`, number, hlc: stampOf(hlc, sees) }, sees);
      history.push(event);
      known.set(writer, seen.add(event));
    }
    return history;
  });

function eventOf(
  head: Head,
  sees: readonly Head[],
  data: string | null = JSON.stringify({ of: headsText([head]) }),
): PeerEvent {
  const rest = {
    entity: 'Notes',
    recordId: 'notes/1',
    operation: 'UPDATE',
    timestamp: 0,
    resolverVersion: null,
    tx: 1,
  } as const;
  return { ...head, ...rest, data, sees };
}

describe('the heads of a record', () => {
  it('are the same in whatever order events arrive that keeps what was seen before what saw it', () => {
    fc.assert(
      fc.property(anyHistory, fc.infiniteStream(fc.nat()), (history, choices) => {
        const applied = new Map<string, number>();
        const appliedTo = (origin: string) => applied.get(origin) ?? 0;
        const isApplied = ({ origin, number }: EventName) => number <= appliedTo(origin);
        let heads: PeerEvent[] = [];
        for (let left = history; left.length > 0;) {
          const possible = left.filter(
            (event) => admit(event, appliedTo(event.origin), isApplied) === 'apply',
          );
          const event = possible[Number(choices.next().value) % possible.length];
          if (!event) throw new Error('nothing can be applied');
          heads = mergeHeads(heads, event);
          applied.set(event.origin, event.number);
          left = left.filter((one) => one !== event);
        }
        expect(headsText(heads)).toBe(headsText(history.reduce<PeerEvent[]>(mergeHeads, [])));
      }),
    );
  });

  it('are never two of one writer, whatever it says that it has seen', () => {
    const anyEvents = fc.array(fc.record({ writer: fc.nat(2), sees: anyHeads, hlc: fc.nat(9) }));
    fc.assert(
      fc.property(anyEvents, (events) => {
        const heads = events
          .map(({ writer, sees, hlc }, at) => eventOf({ origin: `w${writer}`, number: at + 1, hlc }, sees))
          .reduce<PeerEvent[]>(mergeHeads, []);
        expect(new Set(heads.map(({ origin }) => origin)).size).toBe(heads.length);
      }),
    );
  });

  it('have one winner, whatever their order, and it has the highest stamp', () => {
    fc.assert(
      fc.property(anyHeads, (heads) => {
        const [first, ...rest] = heads.toSorted(compareHeads);
        const [other, ...others] = heads;
        if (!first || !other) return;
        const winner = winnerOf([first, ...rest]);
        expect(winnerOf([other, ...others])).toBe(winner);
        expect(winner.hlc).toBe(Math.max(...heads.map(({ hlc }) => hlc)));
      }),
    );
  });
});

describe('a stamp', () => {
  it('is above all that the write replaces, however wrong the clock is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LATEST_STAMP }), fc.array(anyHead), (time, replaced) => {
        const stamp = stampOf(time, replaced);
        expect(replaced.every(({ hlc }) => hlc < stamp)).toBe(true);
        expect(stamp).toBeGreaterThanOrEqual(time);
      }),
    );
  });

  it('is the latest one where the write replaces that, so that every node still believes it', () => {
    const latest: Head = { origin: 'a', number: 1, hlc: LATEST_STAMP };
    expect(isStamp(stampOf(Date.now() * 1_000, [latest]))).toBe(true);
    expect(isStamp(stampOf(LATEST_STAMP * 2, []))).toBe(true);
  });

  it('is believed when a clock can have given it', () => {
    expect(isStamp(Date.now() * 1_000)).toBe(true);
    for (const value of [0, -1, 1.5, NaN, LATEST_STAMP + 1, Infinity]) expect(isStamp(value)).toBe(false);
  });
});

describe('a resolver', () => {
  const longest: ConflictResolver<object> = {
    version: 1,
    resolve: ({ local, incoming }) => ({ type: 'put', document: { is: [local, incoming] } }),
  };

  it('is given the same input on every node, in whatever order the heads are there', () => {
    fc.assert(
      fc.property(anyHeads, (heads) => {
        const events = heads.map((head) => eventOf(head, []));
        expect(foldHeads(longest, events.toReversed())).toEqual(foldHeads(longest, events));
        expect(shownOf(events.toReversed(), [], longest)).toBe(shownOf(events, [], longest));
      }),
    );
  });

  it('that throws, or returns what is not a document, leaves the winner to be seen', () => {
    const throwing: ConflictResolver<object> = {
      version: 1,
      resolve() {
        throw new Error('no');
      },
    };
    const wrong: ConflictResolver<object> = { version: 1, resolve: () => ({ type: 'put', document: [] }) };
    const heads = [
      eventOf({ origin: 'a', number: 1, hlc: 1 }, []),
      eventOf({ origin: 'b', number: 1, hlc: 2 }, []),
    ];
    for (const resolver of [throwing, wrong]) {
      expect(foldHeads(resolver, heads)).toHaveProperty('failure');
      expect(shownOf(heads, [], resolver)).toBe('{"of":"b:1"}');
    }
  });
});

describe('proposals for one conflict', () => {
  const anyProposals = fc.array(
    fc.record({
      node: fc.constantFrom('a', 'b', 'c'),
      version: fc.integer({ min: 1, max: 3 }),
      content: fc.option(fc.constantFrom('{"n":1}', '{"n":2}')),
    }),
    { minLength: 1 },
  );

  it('are ranked alike in any order, a higher version before any content', () => {
    fc.assert(
      fc.property(anyProposals, (proposals) => {
        const [first, ...rest] = proposals;
        const [last, ...before] = proposals.toReversed();
        if (!first || !last) return;
        const best = bestProposal([first, ...rest]);
        const { version, content } = bestProposal([last, ...before]);
        expect({ version, content }).toEqual({ version: best.version, content: best.content });
        expect(best.version).toBe(Math.max(...proposals.map((one) => one.version)));
      }),
    );
  });

  it('name both nodes when one version says two things', () => {
    const of = (node: string, version: number, content: string): Proposal => ({ node, version, content });
    expect(disagreeing([of('a', 1, '{}'), of('b', 1, '{}'), of('c', 2, '{"n":1}')])).toEqual([]);
    expect(disagreeing([of('b', 1, '{"n":1}'), of('a', 1, '{}'), of('c', 2, '{}')])).toEqual(['a', 'b']);
  });
});

describe('an event that arrives', () => {
  const appliedTo = (origin: string) => ({ a: 3 })[origin] ?? 0;

  it.each([
    ['known', { origin: 'a', number: 3, sees: [] }],
    ['apply', { origin: 'a', number: 4, sees: [{ origin: 'a', number: 2 }] }],
    ['hole', { origin: 'a', number: 5, sees: [] }],
    ['wait', { origin: 'b', number: 1, sees: [{ origin: 'a', number: 4 }] }],
  ])('is judged by what is applied: %s', (admission, event) => {
    const isApplied = ({ origin, number }: EventName) => number <= appliedTo(origin);
    expect(admit(event, appliedTo(event.origin), isApplied)).toBe(admission);
  });
});
