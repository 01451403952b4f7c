import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { carDocument } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { SAME_STORE, SECURED_SQLITE, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const from = (sourceModule: string, collection: string, field: string) => ({
  sourceModule,
  sourceCollection: collection,
  etlScript: `loadTo${collection}({ ${field}: this.${field} });`,
});

describeOn([...SAME_STORE, SECURED_SQLITE], 'Two modules that copy from each other', (pair) => {
  let world: World;

  beforeEach(async () => {
    world = await World.create('both-ways', pair);
  });
  afterEach(() => world?.end());

  it('both get what they asked for, at the same time', async () => {
    const fleet = await world.module('Fleet', {
      shared: [{ collection: 'Cars', with: ['HR'] }],
      replicated: [from('HR', 'People', 'LastName')],
    });
    const hr = await world.module('HR', {
      shared: [{ collection: 'People', with: ['Fleet'] }],
      replicated: [from('Fleet', 'Cars', 'Model')],
    });
    await hr.database.put('people/1', { LastName: 'Peeters', '@metadata': { '@collection': 'People' } });
    await fleet.database.put('cars/1', carDocument(1));
    fleet.start();
    hr.start();
    await Promise.all([fleet.ready(), hr.ready()]);
    await documentIs(fleet.database, 'people/1', { LastName: 'Peeters' });
    await documentIs(hr.database, 'cars/1', { Model: 'Model 1' });
    await hr.database.delete('people/1');
    await documentIs(fleet.database, 'people/1', null);
    await clean(fleet, hr);
    await clean(hr, fleet);
  });

  it('the same collection both ways does not echo: a copy is not copied back', async () => {
    const both = (other: string) => ({
      shared: [{ collection: 'Cars', with: [other] }],
      replicated: [from(other, 'Cars', 'Model')],
    });
    const fleet = await world.module('Fleet', both('HR'));
    const hr = await world.module('HR', both('Fleet'));
    fleet.start();
    hr.start();
    await Promise.all([fleet.ready(), hr.ready()]);

    await fleet.database.put('cars/fleet', carDocument(1, { Model: 'of Fleet' }));
    await hr.database.put('cars/hr', carDocument(2, { Model: 'of HR' }));
    const atHr = await documentIs(hr.database, 'cars/fleet', { Model: 'of Fleet' });
    const atFleet = await documentIs(fleet.database, 'cars/hr', { Model: 'of HR' });

    // Whatever was on its way before these has arrived with them.
    await fleet.database.put('cars/after-fleet', carDocument(3));
    await hr.database.put('cars/after-hr', carDocument(4));
    await documentIs(hr.database, 'cars/after-fleet', { Model: 'Model 3' });
    await documentIs(fleet.database, 'cars/after-hr', { Model: 'Model 4' });

    expect(await fleet.database.get('cars/fleet')).toMatchObject({
      LicensePlate: '1-CAR-1',
      Model: 'of Fleet',
    });
    expect(await hr.database.get('cars/hr')).toMatchObject({ LicensePlate: '1-CAR-2', Model: 'of HR' });
    expect(await hr.database.get('cars/fleet')).toEqual(atHr);
    expect(await fleet.database.get('cars/hr')).toEqual(atFleet);

    await fleet.database.delete('cars/fleet');
    await documentIs(hr.database, 'cars/fleet', null);
    expect(await hr.database.count('Cars')).toBe(3);
    expect(await fleet.database.count('Cars')).toBe(3);
    await clean(fleet, hr);
    await clean(hr, fleet);
  });
});
