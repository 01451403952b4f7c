import { describe, expect, it } from '@jest/globals';
import { isTerminal, JOB_STATUSES, mayMove } from './status.ts';

describe('The states of a job', () => {
  it('end in four, which nothing leaves', () => {
    const terminal = JOB_STATUSES.filter(isTerminal);
    expect(terminal).toEqual(['Succeeded', 'Failed', 'Cancelled', 'TimedOut']);
    for (const from of terminal) for (const to of JOB_STATUSES) expect(mayMove(from, to)).toBe(false);
  });

  it('reach one of the four from everywhere', () => {
    for (const status of JOB_STATUSES) {
      const reached = new Set([status]);
      for (const from of reached) for (const to of JOB_STATUSES) if (mayMove(from, to)) reached.add(to);
      expect([...reached].some(isTerminal)).toBe(true);
    }
  });

  it('let a job run only from the queue, and be cancelled only with a proof that follows', () => {
    expect(JOB_STATUSES.filter((from) => mayMove(from, 'Running'))).toEqual(['Queued']);
    expect(JOB_STATUSES.filter((from) => mayMove(from, 'Cancelling'))).toEqual(['Running']);
    expect(mayMove('Running', 'Cancelled')).toBe(false);
  });
});
