import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Latest } from './latest.ts';

const INTERVAL_MS = 500;

describe('the newest of many values', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([
    ['the first time', false],
    ['after it was closed and taken up again', true],
  ])(
    'is sent again after a failure that comes late, though there is no newer one, %s',
    async (_, wasClosed) => {
      const sent: number[] = [];
      const first = Promise.withResolvers<void>();
      let attempts = 0;
      const latest = new Latest<number>(INTERVAL_MS, async (value) => {
        if (attempts++ === 0) await first.promise;
        sent.push(value);
      });
      if (wasClosed) await latest.close();
      latest.offer(7);
      await jest.advanceTimersByTimeAsync(INTERVAL_MS);
      first.reject(new Error('NATS is away'));
      await jest.advanceTimersByTimeAsync(INTERVAL_MS);
      expect(sent).toEqual([7]);
      await latest.close();
    },
  );
});
