import { expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { carDocument } from './cars.ts';
import type { Answer } from './http.ts';
import type { Member } from './member.ts';
import { documentIs } from './story-of-cars.ts';

interface Car {
  id: string;
  licensePlate: string;
  color?: string;
}

/** Reads a car in HR after a write of Fleet, by what its answer said. */
function readAfter(hr: Member, id: string, { headers }: Answer<unknown>): Promise<Answer<object>> {
  return hr.ask(`/cars/${id}`, { headers: { 'spark-change': headers.get('spark-change') ?? 'missing' } });
}

/** The story of the cars of Fleet that HR has copies of, as tests: made, changed, deleted, with and without the app. */
export function carsTravel(members: () => { fleet: Member; hr: Member }): void {
  const create = async (licensePlate: string): Promise<Car> => {
    const body = { licensePlate, model: 'Golf', year: 2024, color: 'blue', status: 'InUse' };
    return (await members().fleet.demand<Car>('/cars', { method: 'POST', body })).body;
  };

  it('a car created in Fleet is created in HR, with the fields of the script and no others', async () => {
    const { id } = await create('1-NEW-001');
    const copy = await documentIs(members().hr.database, id, { LicensePlate: '1-NEW-001' });
    const { '@metadata': metadata, ...fields } = copy ?? {};
    expect(fields).toEqual({ LicensePlate: '1-NEW-001', Model: 'Golf', Year: 2024, Color: 'blue' });
    expect(metadata).toMatchObject({
      '@collection': 'Cars',
      'spark-source': `Fleet/${id}`,
      'spark-generation': expect.stringMatching(/^HR\/cars:\d+$/),
    });
    const read = await members().hr.demand<Car>(`/cars/${id}`);
    expect(read.body).toEqual({ id, licensePlate: '1-NEW-001', model: 'Golf', year: 2024, color: 'blue' });
  });

  it('whoever passes on the Spark-Change of an answer of Fleet reads that very write in HR, deletes too', async () => {
    const { fleet, hr } = members();
    for (let round = 0; round < 10; round++) {
      const body = {
        licensePlate: `1-OWN-${round}`,
        model: 'Golf',
        year: 2024,
        color: 'blue',
        status: 'InUse',
      };
      const created = await fleet.demand<Car>('/cars', { method: 'POST', body });
      const { id } = created.body;
      expect(await readAfter(hr, id, created)).toMatchObject({ status: 200, body: { color: 'blue' } });
      const red = { method: 'PUT', body: { ...body, color: 'red' } };
      const changed = await fleet.demand(`/cars/${id}`, red);
      expect(await readAfter(hr, id, changed)).toMatchObject({ status: 200, body: { color: 'red' } });
      await eventually(async () => {
        const { body: news } = await hr.demand('/car-news');
        expect(news).toContainEqual({ kind: 'changed', id, model: 'Golf' });
      });
      const deleted = await fleet.demand(`/cars/${id}`, { method: 'DELETE' });
      expect((await readAfter(hr, id, deleted)).status).toBe(404);
    }
  });

  it('a change of another database is refused, and so is what is not a change', async () => {
    const { hr } = members();
    const wait = (change: string) =>
      hr.ask<{ type: string }>('/cars/cars/1', { headers: { 'spark-change': change } });
    expect(await wait('another-database:1')).toMatchObject({
      status: 409,
      body: { type: 'urn:spark:problem:other-database' },
    });
    expect((await wait('nothing')).status).toBe(400);
  });

  it('a car changed in Fleet is changed in HR', async () => {
    const car = await create('1-CHG-001');
    await documentIs(members().hr.database, car.id, { Color: 'blue' });
    await members().fleet.demand(`/cars/${car.id}`, { method: 'PUT', body: { ...car, color: 'red' } });
    await documentIs(members().hr.database, car.id, { Color: 'red' });
  });

  it('a car deleted in Fleet is deleted in HR', async () => {
    const { id } = await create('1-DEL-001');
    await documentIs(members().hr.database, id, { LicensePlate: '1-DEL-001' });
    await members().fleet.demand(`/cars/${id}`, { method: 'DELETE' });
    await documentIs(members().hr.database, id, null);
  });

  it('a car written past the app arrives, changes and goes just the same', async () => {
    await members().fleet.database.put('cars/direct', carDocument(7, { LicensePlate: '1-DIR-007' }));
    await documentIs(members().hr.database, 'cars/direct', { LicensePlate: '1-DIR-007' });
    await members().fleet.database.put('cars/direct', carDocument(7, { LicensePlate: '1-DIR-008' }));
    await documentIs(members().hr.database, 'cars/direct', { LicensePlate: '1-DIR-008' });
    await members().fleet.database.delete('cars/direct');
    await documentIs(members().hr.database, 'cars/direct', null);
  });

  it('a document of a collection that HR did not ask for stays in Fleet', async () => {
    const body = { name: 'Volkswagen', country: 'Germany' };
    const brand = await members().fleet.demand<{ id: string }>('/car-brands', { method: 'POST', body });
    const { id } = await create('1-AFT-001');
    await documentIs(members().hr.database, id, { LicensePlate: '1-AFT-001' });
    expect(await members().hr.database.get(brand.body.id)).toBeNull();
  });

  it('what HR itself owns is untouched by a delete of the same id in Fleet', async () => {
    await members().hr.database.put('cars/own', {
      LicensePlate: 'HR',
      '@metadata': { '@collection': 'Cars' },
    });
    await members().fleet.database.put('people/unknown', { '@metadata': { '@collection': 'People' } });
    await members().fleet.database.delete('cars/own');
    const { id } = await create('1-AFT-002');
    await documentIs(members().hr.database, id, { LicensePlate: '1-AFT-002' });
    expect(await members().hr.database.get('cars/own')).toMatchObject({ LicensePlate: 'HR' });
  });
}
