import { describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { runSteps } from './run-steps.ts';

describe('the start sequence', () => {
  it('does one step after the other, each until it works, and says so once', async () => {
    const log = new MemoryLogger();
    const done: string[] = [];
    let failures = 3;
    await runSteps(
      [
        {
          name: 'First',
          work: async () => {
            if (failures-- > 0) throw new Error('away');
            done.push('first');
          },
        },
        {
          name: 'Second',
          work: async () => {
            done.push('second');
          },
        },
      ],
      { signal: new AbortController().signal, log, policy: { waitMs: 1 } },
    );
    expect(done).toEqual(['first', 'second']);
    expect(log.lines.map(({ message }) => message)).toEqual(['First waits: away', 'First works now']);
  });

  it('ends between two tries when it is stopped, and begins nothing more', async () => {
    const stop = new AbortController();
    const done: string[] = [];
    await runSteps(
      [
        {
          name: 'First',
          work: async () => {
            stop.abort();
            throw new Error('away');
          },
        },
        {
          name: 'Second',
          work: async () => {
            done.push('second');
          },
        },
      ],
      { signal: stop.signal, log: new MemoryLogger(), policy: { waitMs: 60_000 } },
    );
    expect(done).toEqual([]);
  });
});
