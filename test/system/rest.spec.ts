import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import type { Member } from '../support/member.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

type Entity = Record<string, unknown> & { id: string };
interface Problem {
  status: number;
  title: string;
  detail: string;
  errors?: { pointer: string; detail: string }[];
}

const car = { licensePlate: '1-ABC-123', model: 'Golf', year: 2024, color: 'blue', status: 'InUse' };
const person = {
  firstName: 'Ada',
  lastName: 'Peeters',
  email: 'ada@example.org',
  dateOfBirth: '1990-05-17',
  company: 'companies/1-A',
  address: { street: 'Main Street 1', postalCode: '9000', city: 'Ghent' },
};

describeOn(SAME_STORE, 'The HTTP side of Fleet and HR', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('rest', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    fleet.start();
    await hr.startReady();
  });
  afterAll(() => world?.end());

  it.each([
    ['Fleet', '/cars', car, { ...car, color: 'red' }],
    ['Fleet', '/car-brands', { name: 'Volkswagen' }, { name: 'VW', country: 'Germany' }],
    ['HR', '/people', person, { ...person, lastName: 'Maes' }],
    ['HR', '/companies', { name: 'MintPlayer' }, { name: 'MintPlayer', website: 'https://example.org' }],
  ])('%s %s: made, read, listed, replaced, deleted', async (name, path, made, changed) => {
    const app = name === 'Fleet' ? fleet : hr;
    const created = await app.ask<Entity>(path, { method: 'POST', body: made });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.body).toEqual({ ...made, id });
    expect(created.headers.get('location')).toBe(`${path}/${id}`);

    expect((await app.ask(`${path}/${id}`)).body).toEqual(created.body);
    expect((await app.ask(`${path}/${encodeURIComponent(id)}`)).body).toEqual(created.body);
    await eventually(async () => expect((await app.ask(path)).body).toContainEqual(created.body));

    const replaced = await app.ask(`${path}/${id}`, { method: 'PUT', body: { ...changed, id } });
    expect(replaced).toMatchObject({ status: 200, body: { ...changed, id } });
    expect((await app.ask(`${path}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await app.ask(`${path}/${id}`, { method: 'DELETE' })).status).toBe(404);
    const gone = await app.ask<Problem>(`${path}/${id}`);
    expect(gone.status).toBe(404);
    expect(gone.headers.get('content-type')).toMatch(/application\/problem\+json/);
    expect(gone.body).toMatchObject({ type: 'urn:spark:problem:not-found', status: 404 });
  });

  it('a PUT makes the document under the given id when there is none', async () => {
    const put = await fleet.ask('/cars/cars/mine', { method: 'PUT', body: car });
    expect(put).toMatchObject({ status: 200, body: { ...car, id: 'cars/mine' } });
    expect((await fleet.ask('/cars/cars%2Fmine')).body).toEqual({ ...car, id: 'cars/mine' });
  });

  it('a list comes in pages, with how many there are in all', async () => {
    for (const number of [1, 2, 3]) {
      await fleet.demand('/car-brands', { method: 'POST', body: { name: `Brand ${number}` } });
    }
    await eventually(async () => {
      const { headers, body } = await fleet.demand<Entity[]>('/car-brands?skip=1&take=1');
      expect(body).toHaveLength(1);
      expect(headers.get('x-total-count')).toBe('3');
    });
  });

  it.each([
    ['/cars?take=101', '/take'],
    ['/cars?take=0', '/take'],
    ['/cars?skip=-1', '/skip'],
    ['/cars?skip=many', '/skip'],
  ])('GET %s is a 400 that names %s', async (path, pointer) => {
    const { status, body } = await fleet.ask<Problem>(path);
    expect(status).toBe(400);
    expect(body.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it.each([
    ['a missing field', { model: 'Golf', year: 2024 }, '/licensePlate'],
    ['a field of the wrong type', { ...car, year: 'new' }, '/year'],
    ['a status that is not in the lookup', { ...car, status: 'Flying' }, '/status'],
    ['a field that no car has', { ...car, wings: 2 }, '/wings'],
  ])('%s is a 400 that names the field', async (_, body, pointer) => {
    const answer = await fleet.ask<Problem>('/cars', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/application\/problem\+json/);
    expect(answer.body.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('a wrong field of the nested address is named with its place', async () => {
    const body = { ...person, address: { street: 'Main Street 1', postalCode: '9000' } };
    const answer = await hr.ask<Problem>('/people', { method: 'POST', body });
    expect(answer.body.errors?.map((error) => error.pointer)).toEqual(['/address/city']);
  });

  it('a body that is not JSON is a 400 problem', async () => {
    const answer = await fleet.ask<Problem>('/cars', { method: 'POST', body: '{ "model": ' });
    expect(answer).toMatchObject({ status: 400, body: { status: 400 } });
    expect(answer.body.detail).toMatch(/^The body is not JSON: /);
  });

  it('car statuses are a fixed lookup with keys and labels', async () => {
    const { body } = await fleet.ask('/car-statuses');
    expect(body).toContainEqual({ key: 'OnParking', label: 'On parking' });
  });

  it.each(['POST /cars', 'PUT /cars/cars/1', 'PATCH /cars/cars/1', 'DELETE /cars/cars/1'])(
    'HR answers 405 to %s and says what is allowed',
    async (what) => {
      const [method = '', path = ''] = what.split(' ');
      const answer = await hr.ask<Problem>(path, { method, ...(method === 'DELETE' ? {} : { body: car }) });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
      expect(answer.body).toMatchObject({ type: 'urn:spark:problem:read-only' });
    },
  );

  it('both describe themselves at /api', async () => {
    for (const [app, path] of [
      [fleet, '/cars/{id}'],
      [hr, '/people/{id}'],
    ] as const) {
      expect((await app.demand<string>('/api')).body).toMatch(/swagger/i);
      const { body } = await app.demand<{ paths: object }>('/api-json');
      expect(body.paths).toHaveProperty([path]);
    }
  });

  it('the status has what its description says, and nothing else', async () => {
    const { body } = await hr.demand<{ components: { schemas: Record<string, { properties: object }> } }>(
      '/api-json',
    );
    const described = (name: string) =>
      Object.keys(body.components.schemas[name]?.properties ?? {}).toSorted();
    const first = (app: Member, of: 'incoming' | 'outgoing' | 'requests') =>
      app.until(of, async () => {
        const status = (await app.operate<Record<string, object[]>>('/spark/replication')).body;
        return status[of]?.[0] ?? false;
      });
    expect(Object.keys(await first(hr, 'incoming')).toSorted()).toEqual(described('IncomingTask'));
    expect(Object.keys(await first(hr, 'requests')).toSorted()).toEqual(described('OwnerRequest'));
    expect(Object.keys(await first(fleet, 'outgoing')).toSorted()).toEqual(described('OutgoingTask'));
  });

  if (pair.owner === 'ravendb') {
    it('the indexes Cars_Overview and People_Overview are there', async () => {
      expect(await fleet.ravendb.indexNames()).toContain('Cars_Overview');
      expect(await hr.ravendb.indexNames()).toContain('People_Overview');
    });
  }
});
