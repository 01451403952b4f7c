import { describe, expect, it } from '@jest/globals';
import { pause } from './pause.ts';

describe('A pause', () => {
  it.each([2 ** 31, 90 * 86_400_000, Infinity])(
    'of %d ms lasts until it is aborted, although no Node timer can wait that long',
    async (ms) => {
      const stop = new AbortController();
      let isOver = false;
      const over = pause(ms, stop.signal).then(() => (isOver = true));
      // Node would fire a timer that is too long after 1 ms, so before this one.
      await pause(20);
      expect(isOver).toBe(false);
      stop.abort();
      await over;
    },
  );
});
