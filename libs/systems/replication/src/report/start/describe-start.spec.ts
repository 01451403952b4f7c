import { describe, expect, it } from '@jest/globals';
import { describeCopies, describeStart, type CopyFacts, type StartFacts } from './describe-start.ts';

const orders: CopyFacts = {
  owner: 'Shop',
  collection: 'Orders',
  name: 'Orders',
  complete: true,
  incompleteBecause: null,
};
const waiting = { ...orders, name: 'Big', complete: false, incompleteBecause: 'Shop is not registered yet' };

const shop: StartFacts = {
  name: 'Shop',
  address: 'http://127.0.0.1:3000',
  store: { kind: 'sqlite', databaseName: 'shop.db', databaseUrls: [] },
  engine: { engine: 'stream', reason: 'the store is sqlite, which has no ETL of its own' },
  shares: [
    { collection: 'Orders', with: ['Billing', 'Stock'] },
    { collection: 'Prices', with: ['*'] },
  ],
  tasks: [],
};

describe('what a module says when it has started', () => {
  it('is who it is, where, on what, and with whom it shares what, by which engine', () => {
    expect(describeStart(shop)).toBe(
      'Shop at http://127.0.0.1:3000, on SQLite shop.db; shares Orders with Billing and Stock, Prices with every module ' +
        'by the engine stream (the store is sqlite, which has no ETL of its own); copies nothing',
    );
  });

  it('is that nobody gets what it shares, where its engine is not available', () => {
    const reason =
      "RavenDB's own ETL is configured, but the RavenDB licence (None) does not include RavenDB ETL";
    expect(describeStart({ ...shop, engine: { engine: 'etl', reason, refuses: true } })).toContain(
      `Prices with every module, but refuses every request (${reason}); copies nothing`,
    );
  });

  it('names each copy that it wants, and a server by its addresses', () => {
    const store: StartFacts['store'] = {
      kind: 'ravendb',
      databaseName: 'SparkHR',
      databaseUrls: ['http://a', 'http://b'],
    };
    const worker = { ...shop, name: 'HR', address: '', store, shares: [], tasks: [orders, waiting] };
    expect(describeStart(worker)).toBe(
      'HR without HTTP, on RavenDB SparkHR at http://a, http://b; shares nothing; copies Shop/Orders, Shop/Orders (Big)',
    );
  });

  it('is how many copies are complete, and what the others wait for', () => {
    expect(describeCopies([orders])).toBe('Copies complete: 1 of 1');
    expect(describeCopies([orders, waiting])).toBe(
      'Copies complete: 1 of 2. Waiting for Shop/Orders (Big), because Shop is not registered yet',
    );
  });
});
