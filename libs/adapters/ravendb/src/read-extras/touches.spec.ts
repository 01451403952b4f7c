import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { randomUUID } from 'node:crypto';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { RavenChangeSource } from '../read-changes/raven-change-source.ts';

const FOLLOW = { counters: true, timeSeries: true };

describeWithServers(['ravendb'], 'Changes that change no document, in the feed of a real RavenDB', () => {
  let http: RavenHttp;
  let feed: RavenChangeSource;
  let settings: RavenSettings;

  beforeAll(async () => {
    settings = { urls: [testServers().ravendbUrl], database: `touches-${randomUUID().slice(0, 8)}` };
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
    feed = new RavenChangeSource(settings, { pollMs: 60_000 });
    for (const id of ['cars/1', 'cars/2', 'cars/3']) await put(id);
    await Promise.all(['cars/1', 'cars/2', 'cars/3'].map((id) => increment(id, 'km', 1)));
  });
  afterAll(async () => {
    await feed.close();
    const database = { DatabaseNames: [settings.database], HardDelete: true };
    await http.sendJson('DELETE', '/admin/databases', database);
    await http.close();
  });

  const put = (id: string) =>
    http.sendJson('PUT', http.path('/docs', { id }), { '@metadata': { '@collection': 'Cars' } });
  const increment = (DocumentId: string, CounterName: string, Delta: number) =>
    http.sendJson('POST', http.path('/counters'), {
      Documents: [{ DocumentId, Operations: [{ Type: 'Increment', CounterName, Delta }] }],
    });
  const append = (docId: string, ...days: string[]) =>
    http.request({
      method: 'POST',
      path: http.path('/timeseries', { docId }),
      body: JSON.stringify({
        Name: 'Speed',
        Appends: days.map((day) => ({ Timestamp: `2026-01-${day}T00:00:00Z`, Values: [1] })),
      }),
    });
  const lastEtag = async () => (await feed.identify('r')).lastEtag;
  const read = async (from: number, follow: typeof FOLLOW | null = FOLLOW, deletesAfter = 0) => {
    const page = await feed.read({
      collection: 'cars',
      from,
      deletesAfter,
      limit: 100,
      fresh: true,
      ...(follow && { follow }),
    });
    return { ...page, seen: page.changes.map(({ kind, id }) => `${kind} ${id}`) };
  };

  it('are touches of their documents, at their own etag, once a document, and drain the page', async () => {
    const before = await lastEtag();
    await increment('cars/1', 'km', 5);
    await increment('cars/2', 'km', 5);
    await increment('cars/1', 'km', 5);
    const page = await read(before + 1);
    expect(page.seen).toEqual(['touch cars/2', 'touch cars/1']);
    expect(page.changes[0]).toMatchObject({ counters: true, timeSeries: [], copyOf: null });
    expect([page.drained, page.to]).toEqual([true, await lastEtag()]);
  });

  it('are only there for readers that ask for them', async () => {
    const before = await lastEtag();
    await increment('cars/1', 'km', 5);
    expect((await read(before + 1, null)).seen).toEqual([]);
    expect((await read(before + 1, { counters: false, timeSeries: true })).seen).toEqual([]);
  });

  it('before the reader began, or of a document that is on the page itself, are left out', async () => {
    expect((await read(1)).seen.toSorted()).toEqual(['put cars/1', 'put cars/2', 'put cars/3']);
    const before = await lastEtag();
    await increment('cars/1', 'km', 5);
    expect((await read(before + 1, FOLLOW, await lastEtag())).seen).toEqual([]);
  });

  it('case 83: of other collections are left out', async () => {
    const before = await lastEtag();
    await http.sendJson('PUT', http.path('/docs', { id: 'bikes/1' }), {
      '@metadata': { '@collection': 'Bikes' },
    });
    await increment('bikes/1', 'km', 5);
    expect((await read(before + 1)).seen).toEqual([]);
  });

  it('say which part of a series is another one', async () => {
    await append('cars/3', '01', '02');
    const before = await lastEtag();
    await append('cars/3', '03');
    const { changes } = await read(before + 1);
    expect(changes).toMatchObject([
      { kind: 'touch', id: 'cars/3', counters: false, timeSeries: [{ name: 'Speed', from: null, to: null }] },
    ]);
  });

  it('wake who waits for changes, long before the next look', async () => {
    const before = await lastEtag();
    const waiting = feed.wait(before, new AbortController().signal);
    await increment('cars/2', 'km', 1);
    await waiting;
    await eventually(async () => expect(await lastEtag()).toBeGreaterThan(before));
  });
});
