import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemoryState } from '@nestjs-spark/testing';
import { BATCHES_KEPT, type BatchEntry, type KeptLane, type LaneState } from './ports.ts';
import { StateLanes } from './state-lanes.ts';

const KEY = { tenant: 'default', pipelineId: 'many' };
const BEYOND = 10;
const LANES = 3;

function planned(n: number): LaneState {
  const batch = { generation: 1, n, from: {}, to: { p: n }, epoch: 1, at: '2026-01-01T00:00:00.000Z' };
  return { generation: 1, epoch: 1, startsAt: {}, planned: batch, processed: null };
}

describe('lanes in a store for state', () => {
  it('keep a bounded number of events of batches, the last ones, also over a restart', async () => {
    const state = new MemoryState();
    let lanes = new StateLanes(state);
    let kept: KeptLane = await lanes.read(KEY, 0);
    const write = async (n: number) => {
      kept = await lanes.write(KEY, 0, planned(n), kept);
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

  it.each(['last-of-each', 0] as const)(
    'give a reader that is slower than the batches everything the lanes keep, each once and in order: from %s',
    async (from) => {
      const lanes = new StateLanes(new MemoryState());
      const kept = new Map<number, KeptLane>();
      let written = 0;
      const writeUpTo = async (last: number) => {
        while (written < last) {
          const lane = ++written % LANES;
          const before = kept.get(lane) ?? { state: null, version: null };
          kept.set(lane, await lanes.write(KEY, lane, planned(written), before));
        }
      };
      const left = new AbortController();
      const reader = lanes.follow(from, left.signal);
      const next = async (): Promise<number> => ((await reader.next()).value as BatchEntry).event.data.n;
      await writeUpTo(1);
      expect(await next()).toBe(1);
      await writeUpTo(2 * BATCHES_KEPT);
      const told: number[] = [];
      while (told.at(-1) !== written) told.push(await next());
      await writeUpTo(written + 1);
      told.push(await next());
      expect(told).toEqual(Array.from({ length: written - 1 }, (_, at) => at + 2));
      left.abort();
      expect((await reader.next()).done).toBe(true);
    },
  );

  it('are read again for the last batch after the store could not answer', async () => {
    const state = new MemoryState();
    const lanes = new StateLanes(state);
    await lanes.write(KEY, 0, planned(1), { state: null, version: null });
    const again = new StateLanes(state);
    state.away = true;
    await expect(again.lastBatch()).rejects.toThrow(UnavailableError);
    state.away = false;
    expect(await again.lastBatch()).toBe(1);
  });
});
