import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { type Fault, FAULTS, type Struck } from '../fixtures/faults.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { JetStreamLeaseKeeper } from '../lease/lease-keeper.ts';
import { leaseProbe } from '../lease/lease-probe.ts';
import { JetStreamConnection } from './connection.ts';
import { once } from 'node:events';

/** A machine that others work on is slower than one of one's own. */
const SLOWNESS = Number(process.env['SPARK_TEST_SLOWNESS'] ?? 3);
/** How soon something has to be said, and how soon all is well again. */
const SAID_MS = 15_000 * SLOWNESS;
const HEALED_MS = 30_000 * SLOWNESS;

interface Outcome {
  said: string;
  trouble: string;
  healed: boolean;
}

describeWithOwnServers(['nats'], 'JetStream stands still', () => {
  const outcomes = new Map<Fault, Promise<Outcome>>();
  const struck: Struck[] = [];

  // All at the same time: each only waits.
  beforeAll(() => {
    for (const fault of FAULTS) {
      const outcome = play(fault);
      outcome.catch(() => undefined);
      outcomes.set(fault, outcome);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(outcomes.values());
    await Promise.all(struck.map(({ stop }) => stop()));
  });

  async function play(fault: Fault): Promise<Outcome> {
    const around = await fault.arrange();
    struck.push(around);
    const connection = new JetStreamConnection({
      url: around.url,
      name: 'spec',
      log: new MemoryLogger(),
      probe: leaseProbe('spec'),
      requestTimeoutMs: 5_000,
    });
    const ended = new AbortController();
    let trouble = '';
    const keeper = new JetStreamLeaseKeeper({ connection, module: 'spec', log: new MemoryLogger() });
    const held = keeper.whileHeld(
      'spec/standing-still',
      ended.signal,
      async (lost) => void (lost.aborted || (await once(lost, 'abort'))),
      (because) => (trouble = because ?? ''),
    );
    connection.start();
    try {
      if (!fault.fromTheStart)
        await eventually(() => connection.health().detail.startsWith('JetStream answers'));
      await around.strike();
      await eventually(() => said(connection, fault), { timeoutMs: SAID_MS });
      const { detail } = connection.health();
      if (fault.losesLease) await eventually(() => trouble !== '', { timeoutMs: SAID_MS });
      const lost = trouble;
      await around.heal();
      await eventually(() => connection.health().ready && trouble === '', { timeoutMs: HEALED_MS });
      return { said: detail, trouble: lost, healed: true };
    } finally {
      ended.abort();
      await held;
      await connection.close();
    }
  }

  function said(connection: JetStreamConnection, fault: Fault): boolean {
    const { ready, detail } = connection.health();
    if (!ready && fault.says.test(detail)) return true;
    throw new Error(`ready ${ready}: ${detail}`);
  }

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    '%s: it is said within 15 s, and passes when the cause does',
    async (_name, fault) => {
      const outcome = await outcomes.get(fault);
      expect(outcome).toEqual({
        said: expect.stringMatching(fault.says),
        trouble: fault.losesLease ? expect.stringMatching(/lease of this task/) : expect.any(String),
        healed: true,
      });
    },
  );
});
