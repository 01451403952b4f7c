import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { endsClean } from '../support/clean.ts';
import { carsTravel } from '../support/cars-travel.ts';
import type { Member } from '../support/member.ts';
import { MIXED_BY_DAY, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

describeOn(MIXED_BY_DAY, "Fleet's cars in HR", (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('cars-travel', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    fleet.start();
    await hr.startReady();
  });
  afterAll(() => world?.end());

  carsTravel(() => ({ fleet, hr }));

  it('HR tells how fresh its copies are, to operators', async () => {
    const freshness = await hr.operate<object>('/spark/replication/Fleet/Cars/freshness');
    expect(freshness.body).toMatchObject({ complete: true, behindMs: expect.any(Number) });
    expect((await hr.ask('/spark/replication/Fleet/Cars/freshness')).status).toBe(401);
  });

  it('both sides report the task, its engine and why that one, and count what was applied', async () => {
    const reason = { ravendb: /licen[cs]e/i, sqlite: /sqlite/ };
    for (const [member, store] of [
      [fleet, pair.owner],
      [hr, pair.requester],
    ] as const) {
      const said = JSON.stringify((await member.operate<object>('/spark/replication')).body);
      expect(said).toMatch(/"stream"/);
      expect(said).toMatch(reason[store]);
    }
    const metrics = await hr.demand<string>('/metrics');
    expect(metrics.body).toMatch(/^spark_\w*applied\w*\{[^}]*\} [1-9]/m);
  });

  endsClean(() => [fleet, hr]);
});
