import { describe, expect, it } from '@jest/globals';
import { noSuchTask } from './no-such-task.ts';

const task = (name: string) => ({ owner: 'Fleet', requester: 'HR', name });

describe('A task that is not there', () => {
  it('is answered with those that exist, and with the other side of each', () => {
    const tasks = [
      { direction: 'out', task: task('Cars') },
      { direction: 'in', task: task('Parts') },
    ] as const;
    expect(noSuchTask(tasks)).toBe('There is no such task here. There are: Cars to HR, Parts from Fleet.');
  });

  it('is answered with at most twenty, or with the statement that there are none', () => {
    const many = Array.from({ length: 22 }, (_, at) => ({ direction: 'out', task: task(`T${at}`) }) as const);
    expect(noSuchTask(many)).toMatch(/T19 to HR and 2 more\.$/);
    expect(noSuchTask([])).toBe('There is no such task here, nor any other.');
  });
});
