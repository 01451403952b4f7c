import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carDocument } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { ALL_PAIRS, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

interface Car {
  id: string;
  licensePlate: string;
  color?: string;
}

describeOn(ALL_PAIRS, "Fleet's cars in HR", (pair) => {
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

  const create = async (licensePlate: string): Promise<Car> => {
    const body = { licensePlate, model: 'Golf', year: 2024, color: 'blue', status: 'InUse' };
    return (await fleet.demand<Car>('/cars', { method: 'POST', body })).body;
  };

  it('a car created in Fleet is created in HR, with the fields of the script and no others', async () => {
    const { id } = await create('1-NEW-001');
    const copy = await documentIs(hr.database, id, { LicensePlate: '1-NEW-001' });
    const { '@metadata': metadata, ...fields } = copy ?? {};
    expect(fields).toEqual({ LicensePlate: '1-NEW-001', Model: 'Golf', Year: 2024, Color: 'blue' });
    expect(metadata).toMatchObject({
      '@collection': 'Cars',
      'spark-source': `Fleet/${id}`,
      'spark-generation': expect.stringMatching(/^HR\/cars:\d+$/),
    });
    const read = await hr.demand<Car>(`/cars/${id}`);
    expect(read.body).toEqual({ id, licensePlate: '1-NEW-001', model: 'Golf', year: 2024, color: 'blue' });
  });

  it('a car changed in Fleet is changed in HR', async () => {
    const car = await create('1-CHG-001');
    await documentIs(hr.database, car.id, { Color: 'blue' });
    await fleet.demand(`/cars/${car.id}`, { method: 'PUT', body: { ...car, color: 'red' } });
    await documentIs(hr.database, car.id, { Color: 'red' });
  });

  it('a car deleted in Fleet is deleted in HR', async () => {
    const { id } = await create('1-DEL-001');
    await documentIs(hr.database, id, { LicensePlate: '1-DEL-001' });
    await fleet.demand(`/cars/${id}`, { method: 'DELETE' });
    await documentIs(hr.database, id, null);
  });

  it('a car written past the app arrives, changes and goes just the same', async () => {
    await fleet.database.put('cars/direct', carDocument(7, { LicensePlate: '1-DIR-007' }));
    await documentIs(hr.database, 'cars/direct', { LicensePlate: '1-DIR-007' });
    await fleet.database.put('cars/direct', carDocument(7, { LicensePlate: '1-DIR-008' }));
    await documentIs(hr.database, 'cars/direct', { LicensePlate: '1-DIR-008' });
    await fleet.database.delete('cars/direct');
    await documentIs(hr.database, 'cars/direct', null);
  });

  it('a document of a collection that HR did not ask for stays in Fleet', async () => {
    const body = { name: 'Volkswagen', country: 'Germany' };
    const brand = await fleet.demand<{ id: string }>('/car-brands', { method: 'POST', body });
    const { id } = await create('1-AFT-001');
    await documentIs(hr.database, id, { LicensePlate: '1-AFT-001' });
    expect(await hr.database.get(brand.body.id)).toBeNull();
  });

  it('what HR itself owns is untouched by a delete of the same id in Fleet', async () => {
    await hr.database.put('cars/own', { LicensePlate: 'HR', '@metadata': { '@collection': 'Cars' } });
    await fleet.database.put('people/unknown', { '@metadata': { '@collection': 'People' } });
    await fleet.database.delete('cars/own');
    const { id } = await create('1-AFT-002');
    await documentIs(hr.database, id, { LicensePlate: '1-AFT-002' });
    expect(await hr.database.get('cars/own')).toMatchObject({ LicensePlate: 'HR' });
  });

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
