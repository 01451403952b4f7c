import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TcpProxy, type Weather } from '@nestjs-spark/servers/testing';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import type { View } from '../support/told.ts';
import { healed, saysSo, WELL } from '../support/while-it-lasts.ts';
import { World } from '../support/world.ts';

interface Freshness {
  complete: boolean;
  behindMs: number | null;
  sourceReachable: boolean;
}

/** As in production: the next attempt may be minutes away. */
const RETRIES = { SPARK_RETRY_SECONDS: '2,10,30,60,300' };
const COPY = {
  sourceModule: 'Fleet',
  sourceCollection: 'Cars',
  etlScript:
    'loadToCars({ LicensePlate: this.LicensePlate, Model: this.Model, Year: this.Year, Color: this.Color });',
};
const UNHEARD = /nothing has been heard from Fleet \(http.+\) for \d+ s, since .+: check that Fleet runs/;

/** What happens to the connection to the owner's address before a module's first request to it. */
const FIRST: { requester: string; what: string; weather: Weather; because: RegExp; arrives: boolean }[] = [
  {
    requester: 'HR',
    what: 'refuses connections',
    weather: { cut: true },
    because: /being retried \(\d+ attempts? so far\): Fleet cannot be reached/,
    arrives: false,
  },
  {
    requester: 'Sales',
    what: 'silently drops everything',
    weather: { silent: 'both' },
    because: /Fleet \(http:.+\) has not answered the request for copies for \d+ s: check that it answers/,
    arrives: false,
  },
  {
    requester: 'Trips',
    what: 'loses the owner’s answers',
    weather: { silent: 'down' },
    because: /Fleet \(http:.+\) has not answered the request for copies for \d+ s: check that it answers/,
    arrives: true,
  },
  {
    requester: 'Yards',
    what: 'passes 20 bytes per second',
    weather: { bytesPerSecond: 20 },
    because: /Fleet \(http:.+\) has not answered the request for copies for \d+ s: check that it answers/,
    arrives: false,
  },
];

/** What happens to it, and to the owner's connection to NATS, once a copy is complete. */
const LATER: { what: string; weather: Weather; island: boolean; restarts: boolean }[] = [
  { what: 'refuses connections', weather: { cut: true }, island: false, restarts: false },
  { what: 'silently drops everything', weather: { silent: 'both' }, island: false, restarts: false },
  { what: 'refuses connections, and HR restarts', weather: { cut: true }, island: false, restarts: true },
  {
    what: 'silently drops everything, and HR restarts',
    weather: { silent: 'both' },
    island: false,
    restarts: true,
  },
  {
    what: 'refuses connections, as does the one to NATS',
    weather: { cut: true },
    island: true,
    restarts: false,
  },
  {
    what: 'silently drops everything, as does the one to NATS, and HR restarts',
    weather: { silent: 'both' },
    island: true,
    restarts: true,
  },
];

describeOn([SQLITE], 'The connection to the owner’s address', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let toFleet: TcpProxy;
  let toNats: TcpProxy;
  const requesters = new Map<string, Member>();
  let made = 20;

  beforeAll(async () => {
    world = await World.create('owner-cut', pair);
    const names = FIRST.map(({ requester }) => requester);
    fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: names }] });
    for (const name of names) requesters.set(name, await world.module(name, { replicated: [COPY] }));
    hr = requesters.get('HR') as Member;
    [toFleet, toNats] = (await Promise.all(
      [fleet.url, world.natsUrl].map((url) => TcpProxy.before(Number(new URL(url).port))),
    )) as [TcpProxy, TcpProxy];
    await fleet.database.write(carCommands(1, made));
    await fleet.startReady({
      SPARK_MODULE_URL: `http://127.0.0.1:${toFleet.port}`,
      NATS_URL: `nats://127.0.0.1:${toNats.port}`,
    });
  });
  afterEach(() => [toFleet, toNats].forEach((proxy) => proxy?.set({})));
  afterAll(async () => {
    await world?.end();
    await Promise.all([toFleet, toNats].map((proxy) => proxy?.close()));
  });

  const makeCars = async (): Promise<void> => {
    await fleet.database.write(carCommands(made + 1, made + 10));
    made += 10;
  };
  /** The modules that the owner says it sends to. */
  const sentTo = async (): Promise<string[]> =>
    (await fleet.operate<View>('/spark/replication')).body.outgoing.map(({ requester }) => requester);

  describe('before the first copy', () => {
    it.each(FIRST)('$what: reported within 15 s, copied within 30 s of its end', async (cut) => {
      const requester = requesters.get(cut.requester) as Member;
      toFleet.set(cut.weather);
      requester.start(RETRIES);
      await requester.live();
      const waits = cut.arrives ? {} : ({ state: 'Waiting', lag: 'unknown', behindMs: 'unknown' } as const);
      await saysSo(requester, 'in', { ready: 503, complete: false, because: cut.because, ...waits });
      expect((await fleet.ask('/health/ready')).status).toBe(200);
      if (cut.arrives) await fleet.until('sending', async () => (await sentTo()).includes(cut.requester));
      else expect(await sentTo()).not.toContain(cut.requester);
      await makeCars();
      toFleet.set({});
      await healed(fleet, requester);
    });
  });

  describe('when the copy is complete', () => {
    it.each(LATER)('$what: reported within 15 s, equal within 30 s of its end', async (cut) => {
      toFleet.set(cut.weather);
      if (cut.island) toNats.set(cut.weather);
      if (cut.restarts) {
        await hr.process.stop();
        hr.start(RETRIES);
        await hr.live();
      }
      await makeCars();
      await Promise.all(
        cut.island
          ? [
              saysSo(fleet, 'out', { ready: 503, state: 'Waiting', lag: 'some', behindMs: 'some' }),
              saysSo(hr, 'in', { ready: 200, state: 'Waiting', complete: true, because: UNHEARD }),
            ]
          : [saysSo(fleet, 'out', WELL), saysSo(hr, 'in', WELL)],
      );
      const { body } = await hr.operate<Freshness>('/spark/replication/Fleet/Cars/freshness');
      // Fleet also reports its position on the bus.
      const behindMs = cut.island ? null : 0;
      expect(body).toMatchObject({ complete: true, sourceReachable: false, behindMs });
      toFleet.set({});
      toNats.set({});
      await healed(fleet, hr);
    });
  });

  endsClean(() => [fleet, hr]);
});
