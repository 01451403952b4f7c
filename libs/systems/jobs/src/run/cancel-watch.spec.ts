import { describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
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
});
