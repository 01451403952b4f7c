import { expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { randomUUID } from 'node:crypto';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { ensureDatabase } from './ensure-database.ts';
import { RavenConnection } from './raven-connection.ts';

class Car {
  id?: string;
  licensePlate!: string;
  owner?: { firstName: string };
}

describeWithServers(['ravendb'], "RavenDB's own client, as Spark sets it up", () => {
  const settings = () => ({
    urls: [testServers().ravendbUrl],
    database: `client-${randomUUID().slice(0, 8)}`,
  });

  it('spells fields as .NET does, and works with classes, queries and literals', async () => {
    const connection = new RavenConnection(settings());
    await ensureDatabase(connection.http, connection.settings, { create: true });
    const session = (await connection.store()).openSession();
    const car = Object.assign(new Car(), { licensePlate: 'AB-1', owner: { firstName: 'Ann' } });
    await session.store(car);
    await session.store({ street: 'Main', '@metadata': { '@collection': 'Addresses' } }, 'addresses/1');
    await session.saveChanges();
    expect(car.id).toBe('cars/1-A');

    const raw = await connection.http.getJson<object>(connection.http.path('/docs', { id: 'cars/1-A' }));
    expect(raw).toMatchObject({
      Results: [
        { LicensePlate: 'AB-1', Owner: { FirstName: 'Ann' }, '@metadata': { '@collection': 'Cars' } },
      ],
    });
    const fresh = (await connection.store()).openSession();
    expect(await fresh.load<Car>('cars/1-A', Car)).toMatchObject({ owner: { firstName: 'Ann' } });
    const found = await fresh
      .query<Car>(Car)
      .waitForNonStaleResults()
      .whereEquals('LicensePlate', 'AB-1')
      .all();
    expect(found.map(({ id }) => id)).toEqual(['cars/1-A']);

    await connection.http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [connection.settings.database],
      HardDelete: true,
    });
    await connection.close();
  });

  it('makes no database in production, and says what to do', async () => {
    const connection = new RavenConnection(settings());
    const refused = ensureDatabase(connection.http, connection.settings, { create: false });
    await expect(refused).rejects.toThrow(StoreRefusedError);
    await expect(refused).rejects.toThrow(/does not exist at http.*Create it/);
    await connection.close();
  });
});
