import { describe, expect, it, jest } from '@jest/globals';
import { PendingBodies } from './pending-bodies.ts';

const never = () => new Promise<string>(() => undefined);
const late = expect.objectContaining({ status: 408 });

describe('A body of a sender that nobody knows yet', () => {
  it('is given up when it is not complete in time', async () => {
    jest.useFakeTimers();
    try {
      const waiting = new PendingBodies({ withinMs: 1_000 }).wait(never());
      const refused = expect(waiting).rejects.toEqual(late);
      jest.advanceTimersByTime(1_000);
      await refused;
    } finally {
      jest.useRealTimers();
    }
  });

  it('gives way to newer ones when there are too many, and complete ones do not count', async () => {
    const pending = new PendingBodies({ most: 2 });
    expect(await pending.wait(Promise.resolve('done'))).toBe('done');
    const oldest = pending.wait(never());
    const refused = expect(oldest).rejects.toEqual(late);
    const next = pending.wait(never());
    const nextRefused = expect(next).rejects.toEqual(late);
    expect(await pending.wait(Promise.resolve('quick'))).toBe('quick');
    await refused;
    const last = pending.wait(Promise.resolve('after'));
    expect(await last).toBe('after');
    void pending.wait(never()).catch(() => undefined);
    void pending.wait(never()).catch(() => undefined);
    await nextRefused;
  });

  it('fails as its sender does', async () => {
    await expect(new PendingBodies().wait(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});
