import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands, range } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import type { ModuleDescription } from '../support/module/description.ts';
import type { StoredDocument } from '../support/stores/test-database.ts';
import { SAME_STORE_BY_DAY, SECURED_SQLITE, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const cars = {
  sourceModule: 'Fleet',
  sourceCollection: 'Cars',
  etlScript: 'loadToCars({ Model: this.Model });',
};
const repainted = { ...cars, etlScript: 'loadToCars({ Model: this.Model, Painted: this.Color });' };
const brands = {
  sourceModule: 'Fleet',
  sourceCollection: 'CarBrands',
  etlScript: 'loadToCarBrands({ Name: this.Name });',
};

describeOn([...SAME_STORE_BY_DAY, SECURED_SQLITE], 'A declaration that changes', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('scripts-change', pair);
    fleet = await world.module('Fleet', {
      shared: [
        { collection: 'Cars', with: ['HR'] },
        { collection: 'CarBrands', with: ['HR'] },
      ],
    });
    hr = await world.module('HR', { replicated: [cars, brands] });
    await fleet.database.write([
      ...carCommands(1, 200),
      ...range(1, 5).map((number) => ({
        id: `carBrands/${number}`,
        document: { Name: `Brand ${number}`, '@metadata': { '@collection': 'CarBrands' } },
      })),
    ]);
    await fleet.startReady();
    await hr.startReady();
  });
  afterAll(() => world?.end());

  const restartHr = async (description: ModuleDescription): Promise<void> => {
    await hr.process.stop();
    await hr.startReady({ SPARK_TEST_MODULE: JSON.stringify(description) });
  };
  const ownerTasks = async (): Promise<string> =>
    JSON.stringify((await fleet.operate('/spark/replication')).body);

  it('a changed script copies all again by itself, that script alone, and HR is ready only then', async () => {
    const [carsBefore, brandsBefore] = [await copies('Cars'), await copies('CarBrands')];
    expect(carsBefore.size).toBe(200);
    expect(brandsBefore.size).toBe(5);
    await restartHr({ replicated: [repainted, brands] });
    const carsAfter = await copies('Cars');
    expect([...carsAfter.values()].filter((car) => 'Painted' in car)).toHaveLength(200);
    expect(generationOf(carsAfter)).toBeGreaterThan(generationOf(carsBefore));
    expect(versionsOf(await copies('CarBrands'))).toEqual(versionsOf(brandsBefore));
    await clean(fleet, hr);
  });

  it('the same set again, after a restart, copies nothing again', async () => {
    const before = [versionsOf(await copies('Cars')), versionsOf(await copies('CarBrands'))];
    await restartHr({ replicated: [repainted, brands] });
    expect([versionsOf(await copies('Cars')), versionsOf(await copies('CarBrands'))]).toEqual(before);
  });

  it('a dropped script: the task is gone, its copies are removed, the others stay', async () => {
    const before = versionsOf(await copies('CarBrands'));
    await restartHr({ replicated: [brands] });
    await hr.until('rid of the copies of cars', async () => (await copies('Cars')).size === 0);
    await fleet.until('rid of the task', async () => !(await ownerTasks()).includes('"Cars"'));
    expect(versionsOf(await copies('CarBrands'))).toEqual(before);
    await clean(fleet, hr);
  });

  it('the last script dropped: Fleet has no task of HR any more', async () => {
    await restartHr({});
    await fleet.until('rid of all tasks', async () => !(await ownerTasks()).includes('CarBrands'));
    await hr.until('rid of all copies', async () => (await copies('CarBrands')).size === 0);
  });

  const copies = (collection: string): Promise<Map<string, StoredDocument>> =>
    hr.database.documents(collection);
});

function generationOf(copies: Map<string, StoredDocument>): number {
  const found = [...copies.values()].map((copy) => String(copy['@metadata']?.['spark-generation']));
  expect(new Set(found).size).toBe(1);
  return Number(found[0]?.split(':')[1]);
}

function versionsOf(copies: Map<string, StoredDocument>): string[] {
  return [...copies].map(([id, copy]) => `${id} ${String(copy['@metadata']?.['@change-vector'])}`).toSorted();
}
