import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { endsClean } from '../support/clean.ts';
import { loseContents } from '../support/lose-contents.ts';
import type { Member } from '../support/member.ts';
import { RavenExtras } from '../support/raven-extras.ts';
import { World } from '../support/world.ts';

// RavenDB's way to say "documents as they are" in a script that is not blank.
const unchanged = (collection: string) => `function deleteDocumentsOf${collection}Behavior() { return true }`;
const BEHAVIORS = `loadToProducts({ Name: this.Name });
function loadCountersOfProductsBehavior(id, name) { return true }
function loadTimeSeriesOfProductsBehavior(id, name) { return true }`;
const RENAMED = `loadToEmployees({ Name: this.FirstName })
  .addAttachment('portrait', loadAttachment('photo.jpg'))
  .addTimeSeries(loadTimeSeries('HeartRates'))`;

const COLLECTIONS = ['Categories', 'Companies', 'Products'];

describeWithServers(['ravendb', 'nats'], 'Attachments, counters and time series of Northwind', () => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let source: RavenExtras;
  let target: RavenExtras;

  beforeAll(async () => {
    world = await World.create('attachments-counters-time-series');
    const from = (sourceCollection: string, etlScript: string) => {
      return { sourceModule: 'Fleet', sourceCollection, etlScript };
    };
    fleet = await world.module('Fleet', {
      shared: [...COLLECTIONS, 'Employees', 'Suppliers'].map((collection) => ({ collection, with: ['HR'] })),
    });
    hr = await world.module('HR', {
      replicated: [
        from('Categories', unchanged('Categories')),
        from('Companies', unchanged('Companies')),
        from('Products', BEHAVIORS),
        from('Employees', RENAMED),
        from('Suppliers', 'loadToSuppliers(this)'),
      ],
    });
    source = new RavenExtras(fleet.ravendb);
    target = new RavenExtras(hr.ravendb);
    await source.addNorthwind();
    fleet.start();
    hr.start();
    await Promise.all([fleet.ready(), hr.ready()]);
  });
  afterAll(() => world?.end());

  const eventuallyEqual = <T>(ours: () => Promise<T>, theirs: () => Promise<T>): Promise<void> =>
    eventually(async () => expect(await ours()).toEqual(await theirs()), {
      timeoutMs: 100_000,
      intervalMs: 200,
    });
  /** All documents of a collection. */
  const equal = (collection: string): Promise<void> =>
    eventuallyEqual(
      () => target.all(collection),
      () => source.all(collection),
    );
  /** One document. */
  const same = (id: string): Promise<void> =>
    eventuallyEqual(
      () => target.of(id),
      () => source.of(id),
    );
  const shows = (id: string, counter: string): Promise<void> =>
    eventually(async () => expect((await target.of(id))?.counters).toContain(counter), {
      timeoutMs: 100_000,
    });

  it.each(COLLECTIONS)('%s arrive equal, each with its hash, value and entries', async (collection) => {
    expect(Object.keys(await source.all(collection)).length).toBeGreaterThan(0);
    await equal(collection);
  });

  it('a script sends what it adds under the name it gives, and nothing else', async () => {
    const [theirs, ours] = [await source.all('Employees'), await target.all('Employees')];
    const renamed = Object.entries(theirs).map(([id, { attachments, timeSeries }]) => {
      return [
        id,
        {
          attachments: attachments.map((one) => one.replace('photo.jpg', 'portrait')),
          timeSeries,
          counters: [],
        },
      ];
    });
    expect(ours).toEqual(Object.fromEntries(renamed));
  });

  it('a script that loads the document alone sends none of them', async () => {
    await source.attach('suppliers/1-A', 'contract.txt', Buffer.from('signed'));
    await source.increment('suppliers/1-A', 'deliveries', 1);
    const marker = { Name: 'After', '@metadata': { '@collection': 'Suppliers' } };
    await fleet.ravendb.put('suppliers/after', marker);
    await hr.until('up to date', async () => (await hr.ravendb.get('suppliers/after')) !== null);
    expect(await target.of('suppliers/1-A')).toEqual({ attachments: [], counters: [], timeSeries: {} });
  });

  it('case 76: an increment arrives although it changes no document, and so does a counter that is gone', async () => {
    await source.increment('products/1-A', '⭐', 7);
    await shows('products/1-A', '⭐=6482');
    await source.deleteCounter('products/1-A', '⭐');
    await same('products/1-A');
  });

  it('a counter beyond what a double holds keeps every digit', async () => {
    await source.increment('products/2-A', 'big', 9_007_199_254_740_991);
    await source.increment('products/2-A', 'big', 2);
    await shows('products/2-A', 'big=9007199254740993');
  });

  it('case 84: entries appended, replaced and deleted arrive, and a series that is gone goes', async () => {
    const at = (day: number) => `2030-01-0${day}T00:00:00.0000000Z`;
    await source.append('companies/1-A', 'StockPrices', [
      { at: at(1), values: [1, 2.5] },
      { at: at(2), values: [-3e-7, 1e21] },
    ]);
    await same('companies/1-A');
    await source.append('companies/1-A', 'StockPrices', [{ at: at(1), values: [4, 5] }]);
    await source.append('companies/1-A', 'StockPrices', [
      { at: '2001-01-01T00:00:00.0000000Z', values: [6] },
    ]);
    await same('companies/1-A');
    await source.deleteEntries(
      'companies/1-A',
      'StockPrices',
      '2020-01-01T00:00:00Z',
      '2020-03-01T00:00:00Z',
    );
    await same('companies/1-A');
    await source.append('companies/2-A', 'Other', [{ at: at(1), values: [1] }]);
    await same('companies/2-A');
    await source.deleteEntries('companies/2-A', 'Other', null, null);
    await source.deleteEntries('companies/3-A', 'StockPrices', null, null);
    await Promise.all(['companies/2-A', 'companies/3-A'].map(same));
  });

  it('case 67: an attachment of 20 MB, one that is replaced and one that is gone arrive', async () => {
    await source.attach('categories/1-A', 'big.bin', Buffer.alloc(20_000_000, 'spark'), 'application/x-big');
    await equal('Categories');
    await source.attach('categories/1-A', 'image.jpg', Buffer.from('another image'));
    await source.detach('categories/2-A', 'image.jpg');
    await source.detach('categories/1-A', 'big.bin');
    await equal('Categories');
  });

  it('contents that were lost on the way are sent again', async () => {
    await hr.process.kill9();
    await source.attach('categories/3-A', 'lost.txt', Buffer.from('found'));
    await loseContents(world.nats.url, 'Fleet', 'HR');
    hr.start();
    await hr.ready();
    await equal('Categories');
  });

  it('killed with SIGKILL in the middle, either side: equal at the end, nothing is counted twice', async () => {
    for (let round = 0; round < 4; round++) {
      for (let i = 1; i <= 40; i++) {
        await source.increment(`products/${i}-A`, 'killed', 1);
        const at = new Date(Date.UTC(2031, 0, 1) + round * 1000 + i).toISOString();
        await source.append(`companies/${i}-A`, 'StockPrices', [{ at, values: [round, i] }]);
        if (i <= 8) await source.attach(`categories/${i}-A`, 'note.txt', Buffer.from(`note ${round}`));
        if (i === 20) await (round % 2 === 0 ? fleet : hr).process.kill9();
      }
      (round % 2 === 0 ? fleet : hr).start();
    }
    await Promise.all([fleet.ready(), hr.ready()]);
    for (const collection of COLLECTIONS) await equal(collection);
    await shows('products/1-A', 'killed=4');
  });

  it('a document that goes takes them along, and brings them when it is made again', async () => {
    await fleet.ravendb.delete('companies/5-A');
    await eventually(async () => expect(await target.of('companies/5-A')).toBeNull(), { timeoutMs: 60_000 });
    await fleet.ravendb.put('companies/5-A', { Name: 'Again', '@metadata': { '@collection': 'Companies' } });
    await source.attach('companies/5-A', 'note.txt', Buffer.from('note 1'));
    await source.increment('companies/5-A', 'calls', 3);
    await same('companies/5-A');
  });

  endsClean(() => [fleet, hr]);
});
