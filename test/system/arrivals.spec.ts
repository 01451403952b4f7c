import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands, carDocument } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { heardFile, readHeard } from '../support/heard.ts';
import type { Member } from '../support/member.ts';
import { SAME_STORE, SECURED_SQLITE, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const CARS = 300;
const cars = {
  sourceModule: 'Fleet',
  sourceCollection: 'Cars',
  etlScript: 'loadToCars({ Model: this.Model });',
};
/** Every third car has no color, so that its copy is the same. */
const painted = {
  ...cars,
  etlScript: 'const car = { Model: this.Model }; if (this.Color) car.Color = this.Color; loadToCars(car);',
};

describeOn([...SAME_STORE, SECURED_SQLITE], 'A handler of copies', (pair) => {
  const heard = heardFile();
  let world: World;
  let fleet: Member;
  let hr: Member;
  let marks = 0;

  beforeAll(async () => {
    world = await World.create('arrivals', pair);
    fleet = await world.fleet();
    hr = await world.module('HR', { replicated: [cars], heard });
    await fleet.database.write(carCommands(1, CARS));
    fleet.start();
    await hr.startReady();
  });
  afterAll(async () => {
    await world?.end();
    rmSync(heard, { force: true });
  });

  const until = (what: string, is: () => boolean) => hr.until(what, async () => is());
  /** A change after all others: once it is told, nothing before it can come any more. */
  const mark = async (): Promise<void> => {
    const model = `mark ${++marks}`;
    await fleet.database.put('cars/mark', carDocument(0, { Model: model, Color: null }));
    await until(`told of ${model}`, () => readHeard(heard).some((one) => one.document?.model === model));
  };
  const since = (from: number) =>
    readHeard(heard)
      .slice(from)
      .filter(({ id }) => id.toLowerCase() !== 'cars/mark');

  it('is told of each copy of the first copy, once', async () => {
    await mark();
    const told = since(0);
    expect(told.map(({ kind }) => kind)).toEqual(told.map(() => 'arrived'));
    expect(new Set(told.map(({ id }) => id)).size).toBe(CARS);
    expect(told).toHaveLength(CARS);
  });

  it('is told of what changes and goes, in order, and not of what this module wrote itself', async () => {
    const from = readHeard(heard).length;
    await hr.database.put('cars/own', { Model: 'own', '@metadata': { '@collection': 'Cars' } });
    await fleet.database.put('cars/1', carDocument(1, { Model: 'new' }));
    await until('told of the change', () => since(from).length === 1);
    await fleet.database.delete('cars/1');
    await until('told of the delete', () => since(from).length === 2);
    await fleet.database.put('cars/1', carDocument(1));
    await mark();
    expect(since(from)).toMatchObject([
      { kind: 'changed', id: 'cars/1', document: { model: 'new' } },
      { kind: 'gone', id: expect.stringMatching(/^cars\/1$/i), document: null },
      { kind: 'arrived', id: 'cars/1', document: { model: 'Model 1' } },
    ]);
  });

  it('is told nothing by a restart, and of what happened while the module was away', async () => {
    const from = readHeard(heard).length;
    await hr.process.stop();
    await fleet.database.put('cars/2', carDocument(2, { Model: 'meanwhile' }));
    await fleet.database.delete('cars/3');
    await hr.startReady();
    await mark();
    expect(
      since(from)
        .map(({ kind, id }) => `${kind} ${id.toLowerCase()}`)
        .toSorted(),
    ).toEqual(['changed cars/2', 'gone cars/3']);
  });

  it('is told of nothing that a resync reads again', async () => {
    const from = readHeard(heard).length;
    const before = await generation();
    await hr.operate('/spark/replication/Fleet/Cars/resync', { method: 'POST' });
    await hr.until('in the next generation', async () => (await generation()) > before);
    await hr.ready();
    await mark();
    expect(since(from)).toEqual([]);
  });

  it('is told by a changed script of those copies that it changes, and of no others', async () => {
    const from = readHeard(heard).length;
    await hr.process.stop();
    await hr.startReady({ SPARK_TEST_MODULE: JSON.stringify({ replicated: [painted], heard }) });
    await mark();
    const told = since(from);
    expect(told.map(({ kind }) => kind)).toEqual(told.map(() => 'changed'));
    const colored = [...(await hr.database.documents('Cars')).values()].filter(({ Color }) => Color);
    expect(colored.length).toBeGreaterThan(CARS / 2);
    expect(told).toHaveLength(colored.length);
  });

  it('sets aside what it cannot bear, says so, and is told of the others; and of that one once it has changed', async () => {
    const from = readHeard(heard).length;
    await fleet.database.put('cars/4', carDocument(4, { Model: 'unbearable' }));
    await mark();
    expect(since(from)).toEqual([]);
    const { body } = await hr.operate<{ handlers: object[] }>('/spark/replication');
    expect(body.handlers).toMatchObject([{ name: 'Listener.hear', setAside: 1, errors: expect.any(Number) }]);
    await fleet.database.put('cars/4', carDocument(4, { Model: 'bearable' }));
    await mark();
    expect(since(from)).toMatchObject([{ kind: 'changed', id: 'cars/4', document: { model: 'bearable' } }]);
    const after = await hr.operate<{ handlers: object[] }>('/spark/replication');
    expect(after.body.handlers).toMatchObject([{ setAside: 0, active: true }]);
  });

  it('a wait that is in vain says how far the copy is, and why', async () => {
    const { body: first } = await fleet.demand<object>('/cars', {
      method: 'POST',
      body: { licensePlate: '1-LATE-1', model: 'Golf', year: 2024, status: 'InUse' },
    });
    expect(first).toBeDefined();
    const put = await fleet.demand('/cars/cars/5', {
      method: 'PUT',
      body: { licensePlate: '1-LATE-2', model: 'Golf', year: 2024, status: 'InUse' },
    });
    const [databaseId] = (put.headers.get('spark-change') ?? '').split(':');
    const ahead = await hr.ask<object>(
      `/arrived?timeoutMs=200&change=${encodeURIComponent(`${databaseId}:99999999`)}`,
    );
    expect(ahead).toMatchObject({
      status: 504,
      body: {
        type: 'urn:spark:problem:not-arrived',
        tasks: [{ name: 'Cars', state: expect.any(String), position: expect.any(Number) }],
      },
    });
  });

  const generation = async (): Promise<number> => {
    const { body } = await hr.operate<{ incoming: { generation: number; complete: boolean }[] }>(
      '/spark/replication',
    );
    const [task] = body.incoming;
    return task?.complete ? task.generation : 0;
  };

  endsClean(() => [fleet, hr]);
});
