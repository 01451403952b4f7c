import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BRIEF_MS } from './late-start.ts';
import { LOOK_EVERY_MS, timeRun } from './time-run.ts';

describe('The timers of a run', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const start = (leftMs: number, mayBeBrief: boolean) => {
    const told: string[] = [];
    const note = (what: string) => (): void => void told.push(what);
    const stop = timeRun(leftMs, mayBeBrief, {
      lasts: note('lasts'),
      look: note('look'),
      isOver: note('is over'),
    });
    return { told, stop };
  };

  it('do not fire for a run that is over at once', () => {
    const { told, stop } = start(60_000, true);
    jest.advanceTimersByTime(BRIEF_MS - 1);
    stop();
    jest.advanceTimersByTime(120_000);
    expect([told, jest.getTimerCount()]).toEqual([[], 0]);
  });

  it.each([true, false])('end with a run that lasts (may be brief: %s)', (mayBeBrief) => {
    const { told, stop } = start(LOOK_EVERY_MS + 5_000, mayBeBrief);
    jest.advanceTimersByTime(BRIEF_MS);
    expect(told).toEqual(['lasts']);
    jest.advanceTimersByTime(LOOK_EVERY_MS);
    expect(told).toEqual(['lasts', 'look']);
    jest.advanceTimersByTime(5_000 - BRIEF_MS);
    expect(told).toEqual(['lasts', 'look', 'is over']);
    stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('start at once if it is known to last', () => {
    const { told, stop } = start(60_000, false);
    expect(told).toEqual(['lasts']);
    stop();
  });

  it('do not prolong a run that has less time than a brief one takes', () => {
    const { told, stop } = start(BRIEF_MS / 2, true);
    jest.advanceTimersByTime(BRIEF_MS / 2 + 1);
    expect(told).toEqual(['lasts', 'is over']);
    stop();
  });
});
