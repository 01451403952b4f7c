import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Member } from '../receive/peer-file.ts';
import { lowWater } from './low-water.ts';

const anyMember = fc
  .record({ joined: fc.nat(50), acked: fc.nat(100), closed: fc.option(fc.nat(100)) })
  .map((member): Member => ({ ...member, acked: Math.max(member.joined, member.acked) }));

describe('the low-water mark', () => {
  it('is above nobody who still reads, and above no place that it is asked for', () => {
    fc.assert(
      fc.property(fc.array(anyMember), fc.nat(100), (members, place) => {
        const low = lowWater(members, place);
        const open = members.filter(({ joined, closed }) => joined <= place && (closed ?? Infinity) > place);
        expect(open.every(({ acked }) => low <= acked)).toBe(true);
        expect(low).toBeLessThanOrEqual(place);
      }),
    );
  });

  it('waits for a member that is away until it is closed', () => {
    const away: Member = { joined: 1, acked: 5, closed: 20 };
    const here: Member = { joined: 1, acked: 30, closed: null };
    expect(lowWater([away, here], 19)).toBe(5);
    expect(lowWater([away, here], 20)).toBe(20);
    expect(lowWater([away, here], 40)).toBe(30);
  });

  it('is nowhere when nobody reads', () => {
    expect(lowWater([], 10)).toBe(0);
  });
});
