import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventually } from '@nestjs-spark/servers/testing';
import type { Requests } from './requests.ts';
import { RequestStatus } from './request-status.ts';
import { Revival } from './revival.ts';

type Said = { subject: string; value: object };

describe('A request that is a dead letter', () => {
  let status: RequestStatus;
  let sent: string[];
  let stop: AbortController;
  let running: Promise<void>;
  let say: (said: Said) => void;

  beforeEach(() => {
    Logger.overrideLogger(false);
    status = new RequestStatus();
    sent = [];
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  function run(everyMs: number): void {
    const heard = Promise.withResolvers<Said>();
    say = heard.resolve;
    const board = {
      publish: async () => undefined,
      last: async () => null,
      async *watch<T extends object>(_subjects: string | string[], _fits: unknown, signal: AbortSignal) {
        const aborted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)));
        const said = await Promise.race([heard.promise, aborted]);
        if (said) yield { subject: said.subject, value: said.value as T };
      },
    };
    const requests = {
      sendAgain: async (owner: string) => {
        sent.push(owner);
        status.sent(owner, 1, {});
      },
    };
    const times = { everyMs, quietMs: 1, lookMs: 5 };
    const revival = new Revival(board, requests as unknown as Requests, status, times);
    running = revival.run(stop.signal);
  }

  const fail = (owner: string, mayPass: boolean) =>
    status.failed(owner, 1, 6, 'down', { final: true, mayPass });

  it('for what may pass is sent again after some minutes', async () => {
    fail('Fleet', true);
    fail('Sales', false);
    run(30);
    await eventually(() => sent.length > 0);
    expect(sent).toEqual(['Fleet']);
    fail('Fleet', true);
    await eventually(() => sent.length === 2);
    expect(sent).not.toContain('Sales');
  });

  it('is sent again when the owner is heard from', async () => {
    fail('Fleet', true);
    run(3_600_000);
    say({ subject: 'spark.control.deployed.fleet.sales', value: {} });
    await eventually(() => sent.length === 1);
  });

  it('that was sent meanwhile is left alone, and it ends with the application', async () => {
    fail('Fleet', true);
    run(3_600_000);
    status.deployed('Fleet', 1, 1, {});
    say({ subject: 'spark.control.registered.fleet', value: {} });
    stop.abort();
    await running;
    expect(sent).toEqual([]);
  });
});
