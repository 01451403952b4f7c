import { afterAll, beforeAll } from '@jest/globals';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { carsTravel } from '../support/cars-travel.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { SecuredServers } from '../support/secured.ts';
import { RAVENDB, SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

for (const [pair, servers] of [
  [SQLITE, ['nats']],
  [RAVENDB, ['ravendb', 'nats']],
] as const) {
  describeWithOwnServers(servers, `In production with everything secured, on ${pair.owner}:`, () => {
    let secured: SecuredServers;
    let world: World;
    let fleet: Member;
    let hr: Member;

    beforeAll(async () => {
      const ravendb = pair.owner === 'ravendb';
      secured = await SecuredServers.start(['Fleet', 'HR'], { ravendb, routes: ['Fleet:HR'] });
      world = await World.create('secured', pair, secured);
      fleet = await world.fleet();
      hr = await world.hr();
      fleet.start();
      await hr.startReady();
      await fleet.ready();
    });
    afterAll(async () => {
      await world?.end();
      await secured?.stop();
    });

    carsTravel(() => ({ fleet, hr }));
    endsClean(() => [fleet, hr]);
  });
}
