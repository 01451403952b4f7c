import { describe, expect, it } from '@jest/globals';
import { rendezvous } from './rendezvous.ts';
import { SHARDS } from './shard-of.ts';

const owners = (nodes: readonly string[]) =>
  Array.from({ length: SHARDS }, (_, shard) => rendezvous(shard, nodes));

describe('who should own a shard', () => {
  it('is the same for every node, in whatever order it knows them', () => {
    expect(owners(['a', 'b', 'c'])).toEqual(owners(['c', 'a', 'b']));
  });

  it('is each node for about its share', () => {
    const found = owners(['a', 'b', 'c']);
    for (const node of ['a', 'b', 'c']) {
      const share = found.filter((owner) => owner === node).length;
      expect(share).toBeGreaterThan(SHARDS / 6);
      expect(share).toBeLessThan(SHARDS / 2);
    }
  });

  it('changes only for shards of the node that leaves, and for those that a new node takes', () => {
    const before = owners(['a', 'b', 'c']);
    const after = owners(['a', 'c']);
    before.forEach((owner, shard) => owner !== 'b' && expect(after[shard]).toBe(owner));
    const more = owners(['a', 'b', 'c', 'd']);
    more.forEach((owner, shard) => owner !== 'd' && expect(before[shard]).toBe(owner));
    expect(rendezvous(0, [])).toBeNull();
  });
});
