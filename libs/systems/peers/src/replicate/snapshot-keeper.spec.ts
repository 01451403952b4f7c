import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { NodeReport, type NodeState } from './node-report.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

describe('snapshots of a node', () => {
  let taken: PromiseWithResolvers<number>[];
  let keeper: SnapshotKeeper;
  let isAtWork: boolean;

  let state: NodeState;

  beforeEach(() => {
    [taken, isAtWork] = [[], true];
    ({ state } = new NodeReport(new MemoryLogger()));
    keeper = new SnapshotKeeper({
      log: { describe: async () => ({ created: 'today', firstSequence: 1, lastSequence: 5 }) },
      snapshots: {
        latest: async () => null,
        take: () => {
          const one = Promise.withResolvers<number>();
          taken.push(one);
          return one.promise;
        },
      },
      keepEvents: 1_000,
      logger: new MemoryLogger(),
      state,
      signal: new AbortController().signal,
      isAtWork: () => isAtWork,
    });
  });

  it('are taken one at a time, and whoever asks is answered at once', async () => {
    const first = keeper.take();
    expect([keeper.begin(), keeper.begin()]).toEqual([true, true]);
    const second = keeper.take();
    await new Promise(setImmediate);
    expect(taken).toHaveLength(1);
    taken[0]?.resolve(5);
    expect(await Promise.all([first, second])).toEqual([5, 5]);
    isAtWork = false;
    expect(keeper.begin()).toBe(false);
    expect(await keeper.take()).toBeNull();
  });

  it('are taken of a log that is full, as long as there is something to replace', async () => {
    Object.assign(state, { position: 5, isFull: true });
    const taking = keeper.takeIfDue();
    await new Promise(setImmediate);
    expect(taken).toHaveLength(1);
    taken[0]?.resolve(5);
    await taking;
    state.position = 0;
    await keeper.takeIfDue();
    expect(taken).toHaveLength(1);
  });

  it('are taken of a log that has replaced another one, before it has grown', async () => {
    await keeper.takeIfDue();
    expect(taken).toHaveLength(0);
    keeper.isReplaced = true;
    const taking = keeper.takeIfDue();
    await new Promise(setImmediate);
    expect(taken).toHaveLength(1);
    taken[0]?.resolve(5);
    await taking;
    expect(keeper.isReplaced).toBe(false);
  });
});
