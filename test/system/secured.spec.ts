import { afterAll, beforeAll, it } from '@jest/globals';
import { describeWithOpenBao, describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { carDocument } from '../support/cars.ts';
import { carsTravel } from '../support/cars-travel.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { SecuredServers } from '../support/secured.ts';
import { type Pair, RAVENDB, SQLITE } from '../support/stores/pairs.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { World } from '../support/world.ts';

interface Story {
  secured: SecuredServers;
  world: World;
  fleet: Member;
  hr: Member;
}

/** Fleet and HR in production on secured servers. */
function secureStory(pair: Pair, vault: boolean): () => Story {
  let story: Story;
  beforeAll(async () => {
    const ravendb = pair.owner === 'ravendb';
    const secured = await SecuredServers.start(['Fleet', 'HR'], { ravendb, routes: ['Fleet:HR'], vault });
    const world = await World.create('secured', pair, secured);
    story = { secured, world, fleet: await world.fleet(), hr: await world.hr() };
    story.fleet.start();
    await story.hr.startReady();
    await story.fleet.ready();
  });
  afterAll(async () => {
    await story?.world.end();
    await story?.secured.stop();
  });
  carsTravel(() => story);
  return () => story;
}

describeWithOwnServers(
  ['nats'],
  'In production with everything secured, on SQLite, secrets in files:',
  () => {
    const story = secureStory(SQLITE, false);
    endsClean(() => [story().fleet, story().hr]);
  },
);

await describeWithOpenBao(
  ['ravendb', 'nats'],
  'In production with everything secured, on RavenDB, secrets in Vault:',
  () => {
    const story = secureStory(RAVENDB, true);

    it('a certificate that was renewed in Vault is used without a restart', async () => {
      const { secured, world, fleet, hr } = story();
      await secured.renewCertificate('HR', {
        [hr.ravendb.name]: 'Admin',
        [world.registry.name]: 'ReadWrite',
      });
      await fleet.database.put('cars/renewed', carDocument(8, { LicensePlate: '1-CRT-008' }));
      await documentIs(hr.database, 'cars/renewed', { LicensePlate: '1-CRT-008' });
      await hr.ready();
    });

    endsClean(() => [story().fleet, story().hr]);
  },
);
