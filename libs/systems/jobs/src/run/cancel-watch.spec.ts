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
    await new CancelWatch(new AwayStore({ limits: {}, retentionMs: 1_000 }), log).run(stop.signal);
    expect(attempts).toBe(3);
    expect(log.said('warn').filter((line) => line.includes('NATS is away'))).toHaveLength(1);
  });

  it('hears of one that comes between its beginning and its run', async () => {
    const stop = new AbortController();
    const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
    const watch = new CancelWatch(store, new MemoryLogger());
    const early = watch.listen('a');
    const running = watch.run(stop.signal);
    await eventually(() => watch.listen('a').hearsAll);
    const requests = watch.listen('a');
    expect(early.hearsAll).toBe(false);
    const [revision = 0] = await store.add([specJob('a')]);
    await store.replace({ ...specJob('a'), status: 'Cancelling' }, revision);
    let cancels = 0;
    await eventually(() => {
      requests.on(() => cancels++);
      return cancels > 0;
    });
    watch.leave('a', requests);
    stop.abort();
    await running;
  });
});
