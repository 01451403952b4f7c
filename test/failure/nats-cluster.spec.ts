import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { carCommands } from '../support/cars.ts';
import type { Member } from '../support/member.ts';
import { ClusterUnderTest } from '../support/nats-cluster.ts';
import { SQLITE } from '../support/stores/pairs.ts';
import { equal } from '../support/story-of-cars.ts';
import { healed, saysSo } from '../support/while-it-lasts.ts';
import { World } from '../support/world.ts';

/** The longer ones, for every night. */
const long = process.env['SPARK_TEST_LONG_FAULTS'] === '1';

describeWithOwnServers(['nats'], 'A NATS cluster of three', () => {
  let nats: ClusterUnderTest;
  let world: World;
  let fleet: Member;
  let hr: Member;
  let cars = 20;

  beforeAll(async () => {
    nats = await ClusterUnderTest.start(['Fleet', 'HR']);
    world = await World.create('nats-cluster', SQLITE, nats.cluster.url);
    fleet = await world.fleet();
    hr = await world.hr();
    await make(0);
    fleet.start({ NATS_URL: nats.urlFor('Fleet') });
    await hr.startReady({ NATS_URL: nats.urlFor('HR') });
    await equal(fleet, hr);
    await nats.replicate(3);
  });
  afterAll(async () => {
    await world?.end();
    await nats?.stop();
  });

  async function make(more: number): Promise<void> {
    await fleet.database.write(carCommands(1, (cars += more), { Year: 1900 + cars }));
  }

  /** Both say soon that they are not ready, with such a reason, that their tasks wait, and the owner how much is missing. */
  async function said(because: RegExp): Promise<void> {
    const waits = { ready: 503, state: 'Waiting', because } as const;
    await Promise.all([
      saysSo(fleet, 'out', { ...waits, lag: 'some', behindMs: 'some' }),
      saysSo(hr, 'in', waits),
    ]);
  }

  /** Strikes, writes, looks, and heals whatever was seen; then both have to be equal and well. */
  async function during(
    strike: () => unknown,
    look: () => Promise<unknown>,
    heal: () => unknown,
  ): Promise<void> {
    await strike();
    try {
      await make(20);
      await look();
    } finally {
      await heal();
    }
    await healed(fleet, hr);
  }

  it("the owner's server is cut off from the two others: it goes on over those", () =>
    during(
      () => nats.cutOff(nats.serverOf('Fleet')),
      () => equal(fleet, hr),
      () => nats.join(),
    ));

  it('two of three are gone: both say so, and go on when they are back', () => {
    const gone = nats.cluster.servers.slice(1);
    return during(
      () => Promise.all(gone.map((server) => server.kill9())),
      () =>
        said(/most servers|does not answer|not answered|no stream takes|stores nothing|lost|ECONNREFUSED/),
      () => Promise.all(gone.map((server) => server.restart())),
    );
  });

  it('answers are late by 6 s: both say so, and go on', () =>
    during(
      () => nats.weather({ latencyMs: { down: 6_000 } }),
      () => said(/does not answer|not answered|slow|stores nothing/),
      () => nats.weather({}),
    ));

  it('answers are late by 2 s: copying continues more slowly, and both say why', () =>
    during(
      () => nats.weather({ latencyMs: { down: 2_000 } }),
      async () => {
        const because = /JetStream is slow: its last answer took [2-9]\.\d s, .*Copying continues/;
        await Promise.all([saysSo(fleet, 'out', { because }), saysSo(hr, 'in', { because })]);
        await equal(fleet, hr);
      },
      () => nats.weather({}),
    ));

  if (!long) return;

  it('nothing comes through for two minutes, and nobody is told', () =>
    during(
      () => nats.weather({ silent: 'both' }),
      async () => {
        const until = Date.now() + 120_000;
        await said(/does not answer|not answered|lost|timeout/);
        while (Date.now() < until) {
          await make(5);
          expect((await hr.ask('/health/ready')).status).toBe(503);
          // Writing all the time, this would test a backlog of a hundred thousand changes instead.
          await wait(5_000);
        }
      },
      () => nats.weather({}),
    ));

  it('one after the other is restarted, as in an update, and each is killed', async () => {
    for (const server of nats.cluster.servers) {
      await during(
        () => server.halt(),
        () => equal(fleet, hr),
        () => server.restart(),
      );
      await nats.caughtUp();
      await during(
        () => server.kill9(),
        () => equal(fleet, hr),
        () => server.restart(),
      );
      await nats.caughtUp();
    }
  });

  it('one says that it goes (lame duck), and goes', () => {
    const [server] = nats.cluster.servers;
    return during(
      () => process.kill(server?.pid ?? 0, 'SIGUSR2'),
      () => equal(fleet, hr),
      () => server?.restart(),
    );
  });

  it('one stands still for a minute', () => {
    const [server] = nats.cluster.servers;
    return during(
      () => server?.sigstop(),
      () => equal(fleet, hr),
      () => server?.sigcont(),
    );
  });

  it('with one copy of each stream: the server that has it is killed, and comes back', async () => {
    await nats.replicate(1);
    for (const server of nats.cluster.servers) {
      await during(
        () => server.kill9(),
        async () => undefined,
        () => server.restart(),
      );
    }
  });
});
