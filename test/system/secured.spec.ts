import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithOpenBao, describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { carDocument } from '../support/cars.ts';
import { carsTravel } from '../support/cars-travel.ts';
import { endsClean } from '../support/clean.ts';
import { placesOf, secretsIn } from '../support/find-secrets.ts';
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

function keepsItsSecrets(story: () => Story): void {
  it('no secret is in a log, an answer, a document or a message on the bus', async () => {
    const { secured, fleet, hr } = story();
    const places = await placesOf([fleet, hr], secured);
    const secrets = await secured.secrets();
    expect(secrets.size).toBeGreaterThan(4);
    expect(secretsIn(places, secrets)).toEqual([]);
    // A search that finds nothing finds what is there.
    expect(secretsIn(places, new Map([['a plate', '1-NEW-001']]))).toContain(
      'a plate in the documents of HR',
    );
    expect(secretsIn(places, new Map([['a subject', 'spark.route.fleet.hr.cars']]))).toContain(
      'a subject in the stream SPARK_ROUTE_FLEET_HR',
    );
  });
}

describeWithOwnServers(
  ['nats', 'openssl'],
  'In production with everything secured, on SQLite, secrets in files:',
  () => {
    const story = secureStory(SQLITE, false);
    keepsItsSecrets(story);
    endsClean(() => [story().fleet, story().hr]);
  },
);

await describeWithOpenBao(
  ['ravendb', 'nats', 'openssl'],
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

    keepsItsSecrets(story);
    endsClean(() => [story().fleet, story().hr]);
  },
);
