import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { randomUUID } from 'node:crypto';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';

interface Entry {
  Etag: number;
  Type: string;
}

// What the reading of the tail takes for granted of the server.
describeWithServers(['ravendb'], 'the etags of a real RavenDB', () => {
  let settings: RavenSettings;
  let http: RavenHttp;

  beforeAll(async () => {
    settings = { urls: [testServers().ravendbUrl], database: `etags-${randomUUID().slice(0, 8)}` };
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
    const cars = { Disabled: false, MinimumRevisionsToKeep: 2 };
    await http.sendJson('POST', http.path('/admin/revisions/config'), { Collections: { Cars: cars } });
  });
  afterAll(async () => {
    await http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [settings.database],
      HardDelete: true,
    });
    await http.close();
  });

  const put = (id: string, collection: string) =>
    http.sendJson('PUT', http.path('/docs', { id }), { '@metadata': { '@collection': collection } });
  const remove = (id: string) => http.request({ method: 'DELETE', path: http.path('/docs', { id }) });

  async function hangOn(id: string): Promise<void> {
    const attachment = http.path('/attachments', { id, name: 'a' });
    await http.request({ method: 'PUT', path: attachment, body: Buffer.from('x') });
    const increment = { Type: 'Increment', CounterName: 'c', Delta: 1 };
    await http.sendJson('POST', http.path('/counters'), {
      Documents: [{ DocumentId: id, Operations: [increment] }],
    });
    const entry = { Timestamp: '2026-01-01T00:00:00Z', Values: [1], Tag: null };
    const series = http.path('/timeseries', { docId: id });
    await http.sendJson('POST', series, { Name: 'h', Appends: [entry], Deletes: [] });
    await http.sendJson('POST', series, { Name: 'h', Appends: [], Deletes: [{ From: null, To: null }] });
  }

  it('are taken once each, by documents, deletes, revisions and what hangs on documents', async () => {
    const taken = new Map<number, string>();
    const look = async () => {
      const path = http.path('/debug/replication/all-items', { etag: 0, pageSize: 4_096 });
      const entries = (await http.getJson<{ Results: Entry[] }>(path))?.Results ?? [];
      expect(new Set(entries.map(({ Etag }) => Etag)).size).toBe(entries.length);
      for (const { Etag, Type } of entries) taken.set(Etag, Type);
    };
    for (const step of [
      () => put('cars/1', 'Cars'),
      () => hangOn('cars/1'),
      () => remove('cars/1'),
      () => put('CARS/1', 'Cars'),
      () => put('vans/1', 'Vans'),
      () => remove('vans/1'),
      () => put('VANS/1', 'Cars'),
      () => remove('vans/1'),
    ]) {
      await step();
      await look();
    }
    const kinds = ['Document', 'DocumentTombstone', 'Revision', 'Attachment', 'CounterGroup'];
    expect([...new Set(taken.values())]).toEqual(expect.arrayContaining(kinds));
  });
});
