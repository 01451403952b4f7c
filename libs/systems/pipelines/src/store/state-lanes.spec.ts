import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing';
import type { KeptLane } from './ports.ts';
import { BATCHES_KEPT } from './ports.ts';
import { StateLanes } from './state-lanes.ts';

const KEY = { tenant: 'default', pipelineId: 'many' };
const BEYOND = 10;

describe('lanes in a store for state', () => {
  it('keep a bounded number of events of batches, the last ones, also over a restart', async () => {
    const state = new MemoryState();
    let lanes = new StateLanes(state);
    let kept: KeptLane = await lanes.read(KEY, 0);
    const write = async (n: number) => {
      const planned = { generation: 1, n, from: {}, to: { p: n }, epoch: 1, at: '2026-01-01T00:00:00.000Z' };
      const value = { generation: 1, epoch: 1, startsAt: {}, planned, processed: null };
      kept = await lanes.write(KEY, 0, value, kept);
    };
    for (let n = 1; n < BATCHES_KEPT; n++) await write(n);
    lanes = new StateLanes(state);
    kept = await lanes.read(KEY, 0);
    for (let n = BATCHES_KEPT; n <= BATCHES_KEPT + BEYOND; n++) await write(n);
    const entries = await lanes.batches(KEY, 0);
    expect(entries.map(({ event }) => event.data.n)).toEqual(
      Array.from({ length: BATCHES_KEPT }, (_, at) => at + BEYOND + 1),
    );
    expect(await state.list('sparkPipelines/')).toHaveLength(BATCHES_KEPT + 1);
    expect(await lanes.lastBatch()).toBe(entries.at(-1)?.position);
  });
});
