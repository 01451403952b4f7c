import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { refusedId, type Effect } from '@nestjs-spark/contracts/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import { findCopies } from '../write/find-copies.ts';
import { scanCopies } from '../write/scan-copies.ts';
import { fetchDocuments } from './fetch-documents.ts';
import { readRawDocuments } from './read-documents.ts';

/** Null if the answer is not JSON. */
function idIn(answer: string): string | null {
  try {
    const { Results } = JSON.parse(answer) as { Results: { '@metadata': { '@id': string } }[] };
    return Results[0]?.['@metadata']['@id'] ?? null;
  } catch {
    return null;
  }
}

const UNREADABLE = 'cars/ẞ\r';

describeWithServers(['ravendb'], 'An answer that RavenDB does not complete', () => {
  let http: RavenHttp;

  beforeEach(async () => {
    const settings = { urls: [testServers().ravendbUrl], database: `broken-${randomUUID().slice(0, 8)}` };
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
  });
  afterEach(async () => {
    await http.sendJson('DELETE', '/admin/databases', { DatabaseNames: [http.database], HardDelete: true });
    await http.close();
  });

  const put = (id: string) =>
    http.request({
      method: 'PUT',
      path: http.path('/docs', { id }),
      body: '{"V":1,"@metadata":{"@collection":"Cars"}}',
    });

  it('occurs only for documents with an id that we refuse', async () => {
    const before = ['', 'a', 'é', 'É', 'ẞ', 'Ⱥ', '\u212a', 'Å\u212b', '𐐀', 'İ', 'Ⱥẞ', 'a\nẞ', 'ẞa'];
    const ids = before.flatMap((letters) =>
      [...'\b\t\n\f\r"\\'].flatMap((one) => [`c/${letters}${one}`, `c/${letters}${one}z`]),
    );
    const returned: string[] = [];
    for (const id of ids) {
      await put(id);
      const { body } = await http.request({ path: http.path('/docs', { id }) });
      if (idIn(body.toString('utf8')) === id) returned.push(id);
    }
    expect(returned).toEqual(ids.filter((id) => refusedId(id) === null));
  });

  it('has the documents before the one that cannot be returned, and the error then locates that one', async () => {
    await put('cars/1');
    await put(UNREADABLE);
    await put('cars/2');
    const read = (from: number) =>
      http.onOneNode((node) => readRawDocuments(http, node, { from, pageSize: 100, maxBytes: Infinity }));
    const { documents, full } = await read(0);
    expect(documents.map(({ id }) => id)).toEqual(['cars/1']);
    expect(full).toBe(true);
    await expect(read(2)).rejects.toThrow(
      'RavenDB cannot return the document with the etag 2, whose id begins with "cars/"',
    );
    expect((await read(3)).documents.map(({ id }) => id)).toEqual(['cars/2']);
  });

  it.each([
    ['name', { name: 'ẞ"', contentType: 'text/plain' }],
    ['content type', { name: 'plain', contentType: 'text/ẞ"' }],
  ])('names the document that has an attachment with such a %s', async (_, attachment) => {
    await put('cars/1');
    await put('cars/"2"');
    await http.request({
      method: 'PUT',
      path: http.path('/attachments', { id: 'cars/"2"', ...attachment }),
      body: 'x',
    });
    const read = http.onOneNode((node) =>
      readRawDocuments(http, node, { from: 2, pageSize: 100, maxBytes: Infinity }),
    );
    await expect(read).rejects.toThrow(
      /cannot return the document "cars\/\\"2\\"" with the etag \d+, because of the name or the content type/,
    );
  });

  it('does not count documents missing from it as deleted', async () => {
    await put('cars/ẞ/1');
    await put(UNREADABLE);
    await put('cars/ẞ/2');
    const effect: Effect = {
      rule: 'ravendb',
      puts: new Map(),
      deletes: new Set<string>(),
      prefixes: new Set(['cars/']),
    };
    const task = { name: 'Fleet/HR/Cars', beyondAscii: false };
    await expect(findCopies(http, task, effect)).rejects.toThrow('RavenDB did not complete its answer');
    await expect(Array.fromAsync(scanCopies(http, () => true))).rejects.toThrow('RavenDB cannot return');
    const fetched = await http.onOneNode((node) =>
      fetchDocuments(http, node, ['cars/ẞ/1', UNREADABLE, 'cars/ẞ/2']),
    );
    expect(fetched.map((document) => document?.id ?? null)).toEqual(['cars/ẞ/1', null, 'cars/ẞ/2']);
  });
});
