import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { longTimer } from './long-timer.ts';

const DAY_MS = 86_400_000;

describe('A timer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([1, 24, 25, 60, 400])('of %d days calls once, at its end and not before', (days) => {
    const work = jest.fn();
    longTimer(days * DAY_MS, work);
    jest.advanceTimersByTime(days * DAY_MS - 1);
    expect(work).toHaveBeenCalledTimes(0);
    jest.advanceTimersByTime(1_000 * DAY_MS);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('calls at once if its time has already passed', () => {
    const work = jest.fn();
    longTimer(-DAY_MS, work);
    jest.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it.each([10, 40])('does not call if it is stopped after %d of 60 days', (days) => {
    const work = jest.fn();
    const stop = longTimer(60 * DAY_MS, work);
    jest.advanceTimersByTime(days * DAY_MS);
    stop();
    jest.advanceTimersByTime(100 * DAY_MS);
    expect(work).toHaveBeenCalledTimes(0);
  });
});
