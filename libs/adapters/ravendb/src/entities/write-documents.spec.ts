import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { VERSION, VersionConflictError } from '@nestjs-spark/contracts';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { randomUUID } from 'node:crypto';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenConnection } from '../connect/raven-connection.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import { RavenDocumentWriter } from './raven-document-writer.ts';
import { RavenRepository } from './raven-repository.ts';

interface Car {
  model?: string;
  color?: string;
  mileage?: number;
}

describeWithServers(['ravendb'], 'writing over documents of a real RavenDB', () => {
  const settings = { urls: [] as string[], database: `writes-${randomUUID().slice(0, 8)}` };
  let http: RavenHttp;
  let connection: RavenConnection;
  let cars: RavenRepository<Car>;
  let id: string;
  let number = 0;

  beforeAll(async () => {
    settings.urls = [testServers().ravendbUrl];
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
    const Cars = { Disabled: false, MinimumRevisionsToKeep: 2 };
    await http.sendJson('POST', http.path('/admin/revisions/config'), { Collections: { Cars } });
    connection = new RavenConnection(settings);
    cars = new RavenRepository<Car>(connection, 'Cars');
  });
  beforeEach(async () => {
    id = `cars/${++number}`;
    await put('{"Model":"x","Color":"red","Mileage":9007199254740993,');
  });
  afterAll(async () => {
    await connection.close();
    const database = { DatabaseNames: [settings.database], HardDelete: true };
    await http.sendJson('DELETE', '/admin/databases', database);
    await http.close();
  });

  const put = (fields: string) => {
    const body = `${fields}"@metadata":{"@collection":"Cars","own":1.10}}`;
    return http.request({ method: 'PUT', path: http.path('/docs', { id }), body });
  };
  const text = async (): Promise<string> => {
    const { body } = await http.request({ path: http.path('/docs', { id }) });
    return body.toString('utf8');
  };
  const get = async () => {
    const car = await cars.get(id);
    if (!car) throw new Error(`There is no ${id}`);
    return car;
  };
  /** Has somebody else write in the moment before the repository does. */
  const interfere = (write: () => Promise<unknown>) => {
    const { http: own } = connection;
    const request = own.request.bind(own);
    let isDone = false;
    return jest.spyOn(own, 'request').mockImplementation(async (asked) => {
      if (asked.path.endsWith('/bulk_docs') && !isDone) {
        isDone = true;
        await write();
      }
      return request(asked);
    });
  };
  const others = () => put('{"Model":"x","Color":"blue","Mileage":9007199254740995,"New":1.10,');

  it('patches what is there when somebody else was faster', async () => {
    const spy = interfere(others);
    await cars.patch(id, { model: 'y' });
    spy.mockRestore();
    expect(await text()).toContain('{"Model":"y","Color":"blue","Mileage":9007199254740995,"New":1.10,');
  });

  it('puts what was read when somebody else was faster, and no version was given', async () => {
    const car = await get();
    const spy = interfere(others);
    await cars.put(id, Object.assign(car, { model: 'y' }));
    spy.mockRestore();
    expect(await text()).toContain('{"Model":"y","Color":"red","Mileage":9007199254740993,"@metadata"');
  });

  it('refuses a version that has gone meanwhile, and writes nothing', async () => {
    const car = await get();
    const spy = interfere(others);
    const refused = cars.put(id, { model: 'y' }, { version: car[VERSION] ?? '' });
    await expect(refused).rejects.toThrow(VersionConflictError);
    spy.mockRestore();
    expect(await text()).toContain('"Color":"blue"');
  });

  it('makes a document again that is deleted meanwhile, and one that is made meanwhile its own', async () => {
    const car = await get();
    const remove = interfere(() => http.request({ method: 'DELETE', path: http.path('/docs', { id }) }));
    await cars.put(id, Object.assign(car, { model: 'y' }));
    remove.mockRestore();
    expect(await text()).toContain('{"Model":"y","Color":"red","Mileage":9007199254740993,"@metadata"');
    id = `cars/${++number}`;
    const make = interfere(others);
    await cars.put(id, { model: 'z' });
    make.mockRestore();
    expect(await text()).toContain('[{"Model":"z","@metadata":{"@collection":"Cars","own":1.10,');
  });

  it('writes all of a transaction over what is there when somebody else was faster', async () => {
    const mapping = new EntityMapping();
    const declaration = { collection: 'Cars' };
    const second = `${id}/second`;
    const spy = interfere(others);
    await new RavenDocumentWriter(connection).writeAll([
      { kind: 'put', declaration, id: second, version: null, ...mapping.put({ model: 'new' })(second) },
      { kind: 'put', declaration, id, version: undefined, ...mapping.put({ model: 'y', color: 'red' })(id) },
      { kind: 'delete', declaration, id: 'cars/none', version: undefined },
    ]);
    spy.mockRestore();
    expect((await cars.get(second))?.model).toBe('new');
    expect(await text()).toContain('{"Model":"y","Color":"red","@metadata"');
  });

  it('asks RavenDB twice for get and put, and as often for a put of an entity from elsewhere', async () => {
    const spy = jest.spyOn(connection.http, 'request');
    await cars.put(id, await get());
    expect(spy).toHaveBeenCalledTimes(2);
    await cars.put(id, { model: 'y' });
    expect(spy).toHaveBeenCalledTimes(4);
    await cars.patch(id, { model: 'z' });
    expect(spy).toHaveBeenCalledTimes(6);
    spy.mockRestore();
  });

  it('leaves attachments, counters, time series and revisions where they are', async () => {
    const attachment = http.path('/attachments', { id, name: 'a' });
    await http.request({ method: 'PUT', path: attachment, body: Buffer.from('content') });
    const Operations = [{ Type: 'Increment', CounterName: 'likes', Delta: 3 }];
    await http.sendJson('POST', http.path('/counters'), { Documents: [{ DocumentId: id, Operations }] });
    const Appends = [{ Timestamp: '2026-01-01T00:00:00Z', Values: [1], Tag: null }];
    await http.sendJson('POST', http.path('/timeseries', { docId: id }), { Name: 'h', Appends, Deletes: [] });
    const hanging = (answer: string) =>
      /"@attachments":.*"own":1\.10|"@flags":"[^"]*"/g[Symbol.match](answer);
    const before = await text();
    expect(hanging(before)?.[0]).toContain('likes');
    await cars.put(id, Object.assign(await get(), { model: 'y' }));
    expect(hanging(await text())).toEqual(hanging(before));
    await cars.put(id, { model: 'z' });
    await cars.patch(id, { color: 'red' });
    expect(hanging(await text())).toEqual(hanging(before));
    expect((await http.request({ path: attachment })).body.toString()).toBe('content');
  });
});
