import { taskName } from '@nestjs-spark/contracts';
import { describe, expect, it } from '@jest/globals';
import type { ChangeSink, StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import { MemorySink } from '@nestjs-spark/testing';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { ApplyPipeline } from './pipeline.ts';

const checkpoint = (to: number) => checkpointOf(TASK, { to });

describe('sets on their way into the target', () => {
  it('are applied in order, each after the version of the one before', async () => {
    const target = new MemorySink();
    const applied: number[] = [];
    const pipeline = new ApplyPipeline(target, null, (stored) => applied.push(stored.checkpoint.to), fail);
    for (let to = 1; to <= 20; to++)
      await pipeline.push([{ type: 'delete', id: `cars/${to}` }], checkpoint(to));
    expect(pipeline.head?.to).toBe(20);
    expect((await pipeline.settled())?.checkpoint.to).toBe(20);
    expect(applied).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect((await target.readCheckpoint(taskName(TASK)))?.checkpoint.to).toBe(20);
  });

  it('get the version of the preceding set once that is applied, and a promise of it before', async () => {
    const target = new MemorySink();
    const given: unknown[] = [];
    let stored: StoredCheckpoint | null = null;
    const watched: Pick<ChangeSink, 'apply' | 'readCheckpoint'> = {
      readCheckpoint: (task) => target.readCheckpoint(task),
      apply: (commands, next, expected) => {
        given.push(expected instanceof Promise ? 'a promise' : expected);
        return target.apply(commands, next, expected);
      },
    };
    const pipeline = new ApplyPipeline(watched, null, (one) => (stored = one), fail);
    await pipeline.push([], checkpoint(1));
    await pipeline.settled();
    const first = (await target.readCheckpoint(taskName(TASK)))?.version;
    await Promise.all([pipeline.push([], checkpoint(2)), pipeline.push([], checkpoint(3))]);
    await pipeline.settled();
    expect(given).toEqual([null, first, 'a promise']);
    expect(stored).toEqual(await target.readCheckpoint(taskName(TASK)));
  });

  it('are not applied after one that failed, and whoever pushes hears of it', async () => {
    const target = new MemorySink();
    const failing: Pick<ChangeSink, 'apply' | 'readCheckpoint'> = {
      readCheckpoint: (task) => target.readCheckpoint(task),
      apply: async (commands, next, expected) => {
        const version = await expected;
        if (next.to === 2) throw new Error('refused');
        return target.apply(commands, next, version);
      },
    };
    const failures: unknown[] = [];
    const pipeline = new ApplyPipeline(
      failing,
      null,
      () => {},
      (error) => failures.push(error),
    );
    await pipeline.push([], checkpoint(1));
    await pipeline.push([], checkpoint(2));
    await expect(pipeline.push([], checkpoint(3))).rejects.toThrow('refused');
    await expect(pipeline.settled()).rejects.toThrow('refused');
    expect(failures.length).toBeGreaterThan(0);
    const stored: StoredCheckpoint | null = await target.readCheckpoint(taskName(TASK));
    expect(stored?.checkpoint.to).toBe(1);
  });
});

function fail(error: unknown): never {
  throw error;
}
