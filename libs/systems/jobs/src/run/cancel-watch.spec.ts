import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { specJob } from '../fixtures/jobs.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { CancelWatch } from './cancel-watch.ts';

describe('Whoever waits for requests to cancel', () => {
  it('says once that they cannot be received, however often it is tried again', async () => {
    const stop = new AbortController();
    const log = new MemoryLogger();
    let attempts = 0;
    class AwayStore extends MemoryJobStore {
      // oxlint-disable-next-line require-yield -- it fails before there is anything to give
      override async *follow(): AsyncGenerator<never> {
        if (++attempts === 3) stop.abort();
        throw new Error('NATS is away');
      }
    }
    const watch = new CancelWatch(new AwayStore({ limits: {}, retentionMs: 1_000 }), log);
    void watch.listen('a').hear();
    await watch.run(stop.signal);
    expect(attempts).toBe(3);
    expect(log.said('warn').filter((line) => line.includes('NATS is away'))).toHaveLength(1);
  });

  it('hears of one that comes between its beginning and its run', async () => {
    const { store, watch, end } = start();
    const early = watch.listen('a');
    const hasHeardAll = await early.hear();
    const requests = watch.listen('a');
    expect([hasHeardAll, await requests.hear()]).toEqual([false, true]);
    await cancel(store, 'a');
    let cancels = 0;
    await eventually(() => {
      requests.on(() => cancels++);
      return cancels > 0;
    });
    watch.leave('a', early);
    watch.leave('a', requests);
    await end();
  });

  it('reads no changes while no run lasts, and none any more when the last one is over', async () => {
    const { store, watch, end } = start(0);
    watch.leave('a', watch.listen('a'));
    expect(store.follows).toEqual([]);
    const requests = watch.listen('b');
    await requests.hear();
    await eventually(() => store.follows.length === 1);
    expect(store.follows.map(({ aborted }) => aborted)).toEqual([false]);
    watch.leave('b', requests);
    await eventually(() => store.follows[0]?.aborted === true);
    await end();
  });

  it('waits until changes are followed again, if it asks while they are not followed any more', async () => {
    const { store, watch, end } = start(0);
    const first = watch.listen('a');
    await first.hear();
    await eventually(() => store.follows.length === 1);
    const { promise: ends, resolve: endNow } = Promise.withResolvers<void>();
    store.ends = ends;
    watch.leave('a', first);
    await eventually(() => store.follows[0]?.aborted === true);
    const second = watch.listen('b');
    const positions = store.positions;
    const heard = second.hear().then(() => store.positions - positions);
    endNow();
    expect(await heard).toBeGreaterThan(0);
    await end();
  });

  it('says that one may have been missed if changes were not followed in between', async () => {
    const { store, watch, end } = start(0);
    const first = watch.listen('a');
    await first.hear();
    const second = watch.listen('b');
    await eventually(() => store.follows.length === 1);
    watch.leave('a', first);
    await eventually(() => store.follows[0]?.aborted === true);
    expect(await second.hear()).toBe(false);
    await cancel(store, 'b');
    const cancelled = Promise.withResolvers<void>();
    second.on(cancelled.resolve);
    await cancelled.promise;
    await end();
  });
});

/** Remembers who follows it. */
class FollowedStore extends MemoryJobStore {
  readonly follows: AbortSignal[] = [];
  positions = 0;
  /** When one that was aborted is over. */
  ends: Promise<void> = Promise.resolve();

  override position(): Promise<number> {
    this.positions++;
    return super.position();
  }

  override async *follow(
    ...[signal, from]: Parameters<MemoryJobStore['follow']>
  ): ReturnType<MemoryJobStore['follow']> {
    this.follows.push(signal);
    yield* super.follow(signal, from);
    await this.ends;
  }
}

function start(lingerMs?: number) {
  const stop = new AbortController();
  const store = new FollowedStore({ limits: {}, retentionMs: 60_000 });
  const watch = new CancelWatch(store, new MemoryLogger(), lingerMs);
  const running = watch.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { store, watch, end };
}

async function cancel(store: MemoryJobStore, jobId: string): Promise<void> {
  const [revision = 0] = await store.add([specJob(jobId)]);
  await store.replace({ ...specJob(jobId), status: 'Cancelling' }, revision);
}
