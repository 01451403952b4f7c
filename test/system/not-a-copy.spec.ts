import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carDocument } from '../support/cars.ts';
import type { Member } from '../support/member.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const GENERATED = 'lines/0000000000000000001';
const carScript = 'loadToCars({ Model: this.Model });';
const lineScript = 'loadToLines({ Model: this.Model });';

interface List {
  items: { documentId: string; copyId: string | null; kind: string; reason: string; module: string }[];
}

describeOn(SAME_STORE, 'Two owners and the module itself, with the same ids', (pair) => {
  let world: World;
  let fleet: Member;
  let depot: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('not-a-copy', pair);
    const shared = ['Cars', 'Lots', 'Brands'].map((collection) => ({ collection, with: ['HR'] }));
    fleet = await world.module('Fleet', { shared });
    depot = await world.module('Depot', { shared });
    const take = (sourceModule: string, sourceCollection: string, etlScript: string, more: object = {}) => ({
      sourceModule,
      sourceCollection,
      etlScript,
      ...more,
    });
    hr = await world.module('HR', {
      replicated: [
        take('Fleet', 'Cars', carScript),
        take('Depot', 'Cars', carScript, { idPrefix: 'depot/' }),
        take('Fleet', 'Lots', lineScript),
        take('Depot', 'Brands', lineScript),
        take('Fleet', 'Brands', 'loadToBrands({ Model: this.Model });', { overwrite: 'own' }),
      ],
    });
    await hr.database.put('cars/own', carDocument(1, { Model: 'of HR' }));
    await hr.database.put('brands/1', { Model: 'of HR', '@metadata': { '@collection': 'Brands' } });
    await fleet.database.put('cars/own', carDocument(1, { Model: 'of Fleet' }));
    await fleet.database.put('brands/1', { Model: 'of Fleet', '@metadata': { '@collection': 'Brands' } });
    for (const [member, name] of [
      [fleet, 'Fleet'],
      [depot, 'Depot'],
    ] as const) {
      await member.database.put('cars/1', carDocument(1, { Model: `of ${name}` }));
      const collection = name === 'Fleet' ? 'Lots' : 'Brands';
      await member.database.put('places/1', {
        Model: `of ${name}`,
        '@metadata': { '@collection': collection },
      });
      member.start();
    }
    await hr.startReady();
  });
  afterAll(() => world?.end());

  const list = async () => (await hr.operate<List>('/spark/etl/set-aside')).body.items;
  const setAside = (documentId: string) =>
    hr.until(`${documentId} being set aside`, async () => {
      const found = (await list()).find((item) => item.documentId === documentId);
      return found ?? false;
    });
  const isGone = (id: string) =>
    hr.until(`${id} leaving the list`, async () => (await list()).every((item) => item.documentId !== id));

  it('leaves a document of the module as it is, and says so; it arrives when that is gone', async () => {
    expect(await setAside('cars/own')).toMatchObject({
      kind: 'not-a-copy',
      module: 'Fleet',
      reason: expect.stringMatching(/"cars\/own" is a document of this module's own in Cars/),
    });
    await documentIs(hr.database, 'cars/own', { Model: 'of HR' });
    await fleet.database.put('cars/own', carDocument(1, { Model: 'of Fleet 2' }));
    await hr.database.delete('cars/own');
    await documentIs(hr.database, 'cars/own', { Model: 'of Fleet 2' });
    await isGone('cars/own');
  });

  it('adopts it where the declaration says so', async () => {
    await documentIs(hr.database, 'brands/1', { Model: 'of Fleet' });
  });

  it('keeps the copies of two owners apart by a prefix, deletes included', async () => {
    await documentIs(hr.database, 'cars/1', { Model: 'of Fleet' });
    await documentIs(hr.database, 'depot/cars/1', { Model: 'of Depot' });
    await depot.database.delete('cars/1');
    await hr.until('the copy being deleted', async () => (await hr.database.get('depot/cars/1')) === null);
    await documentIs(hr.database, 'cars/1', { Model: 'of Fleet' });
  });

  it('never writes over another owner’s copy; it arrives when that is deleted at its source', async () => {
    const found = await setAside('places/1');
    expect(found.kind).toBe('not-a-copy');
    const first = found.module === 'Depot' ? fleet : depot;
    const second = found.module === 'Depot' ? depot : fleet;
    expect(found).toMatchObject({
      copyId: `places/1/${GENERATED}`,
      reason: expect.stringContaining(`a copy of ${first.name}/places/1 made by the task`),
    });
    await documentIs(hr.database, `places/1/${GENERATED}`, { Model: `of ${first.name}` });
    await first.database.delete('places/1');
    await documentIs(hr.database, `places/1/${GENERATED}`, { Model: `of ${second.name}` });
    await isGone('places/1');
  });
});
