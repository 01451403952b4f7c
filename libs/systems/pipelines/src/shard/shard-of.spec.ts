import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SHARDS, shardOf } from './shard-of.ts';

describe('the shard of a pipeline', () => {
  it('is FNV-1a of its tenant and id', () => {
    // Calculated by another program.
    expect([shardOf('default', 'user-events'), shardOf('default', 'adults')]).toEqual([242, 230]);
  });

  it('is one of 256, and the same each time', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (tenant, id) => {
        const shard = shardOf(tenant, id);
        return Number.isInteger(shard) && shard >= 0 && shard < SHARDS && shard === shardOf(tenant, id);
      }),
    );
  });

  it('is shared by few: 10,000 pipelines reach every shard, and none has three times its part', () => {
    const counts = Array.from({ length: SHARDS }, () => 0);
    for (let n = 0; n < 10_000; n++) counts[shardOf('default', `pipeline-${n}`)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(Math.max(...counts)).toBeLessThan((3 * 10_000) / SHARDS);
  });
});
