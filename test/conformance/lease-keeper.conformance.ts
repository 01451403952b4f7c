import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import type { LeaseInstance, LeasesUnderTest, OpenLeases } from './adapters/bus-under-test.ts';

export function leaseKeeperConformance(adapter: LeasesUnderTest): void {
  describe(`LeaseKeeper of ${adapter.name}`, () => {
    let open: OpenLeases;
    let name: string;
    let events: string[];
    const stops: AbortController[] = [];
    const running: Promise<void>[] = [];

    beforeAll(async () => {
      open = await adapter.open();
    });
    beforeEach(() => {
      name = `conformance/${randomUUID()}`;
      events = [];
    });
    afterEach(async () => {
      for (const stop of stops.splice(0)) stop.abort();
      await Promise.all(running.splice(0));
    });
    afterAll(() => open.drop());

    /** Wants the lease from now on, and says in `events` when it has it and when it has stopped its work. */
    function want(label: string, instance: LeaseInstance = open.instance(), of = name) {
      const stop = new AbortController();
      stops.push(stop);
      const work = async (held: AbortSignal): Promise<void> => {
        events.push(`${label}+`);
        if (!held.aborted) await once(held, 'abort');
        events.push(`${label}-`);
      };
      const ended = instance.keeper.whileHeld(of, stop.signal, work, (because) => {
        if (because === null) events.push(`${label} waits or works`);
      });
      running.push(ended);
      return { stop: () => (stop.abort(), ended), instance };
    }

    const worked = (): string => events.filter((event) => /[+-]$/.test(event)).join();

    it('lets one work at a time, and passes on when that one stops', async () => {
      const a = want('a');
      await eventually(() => expect(worked()).toBe('a+'));
      want('b');
      await eventually(() => expect(events).toContain('b waits or works'));
      expect(worked()).toBe('a+');
      await a.stop();
      await eventually(() => expect(worked()).toBe('a+,a-,b+'));
    });

    it('of another name is another lease', async () => {
      want('a');
      want('b', open.instance(), `${name}/other`);
      await eventually(() => expect(events).toEqual(expect.arrayContaining(['a+', 'b+'])));
      expect(worked()).not.toMatch('-');
    });

    it('is taken over from a holder that shows no life, whose work is stopped before', async () => {
      const a = want('a');
      await eventually(() => expect(worked()).toBe('a+'));
      want('b');
      await eventually(() => expect(events).toContain('b waits or works'));
      await a.instance.fallSilent(name);
      await eventually(() => expect(worked()).toMatch(/^a\+,a-,b\+/));
    });

    it('is released when the work ends, and the call ends with it', async () => {
      const { keeper } = open.instance();
      await keeper.whileHeld(name, new AbortController().signal, async () => {
        events.push('once+');
      });
      expect(worked()).toBe('once+');
      want('b');
      await eventually(() => expect(worked()).toBe('once+,b+'));
    });

    it('is released when the work fails, and the call fails with it', async () => {
      const { keeper } = open.instance();
      const failing = keeper.whileHeld(name, new AbortController().signal, async () => {
        throw new Error('broken');
      });
      await expect(failing).rejects.toThrow('broken');
      want('b');
      await eventually(() => expect(worked()).toBe('b+'));
    });

    it('is not given to whoever has stopped waiting for it', async () => {
      want('a');
      await eventually(() => expect(worked()).toBe('a+'));
      await want('b').stop();
      stops[0]?.abort();
      await running[0];
      expect(worked()).toBe('a+,a-');
    });
  });
}
