import { describe, expect, it } from '@jest/globals';
import { RavenHttp } from '../connect/raven-http.ts';
import { withEtags } from './document-etags.ts';
import type { RawDocument } from './raw-document.ts';

const http = new RavenHttp({ urls: ['http://127.0.0.1:9'], database: 'd' });
const stats = { databaseId: 'own', lastEtag: 100, indexStates: new Map<string, string>() };

const document = (id: string, changeVector: string): RawDocument => ({
  id,
  changeVector,
  collection: 'Cars',
  copyOf: null,
  generation: null,
  sourceEtag: null,
  etag: 0,
  json: new Uint8Array(),
});

function nodeWith(items: Record<string, number>) {
  const Results = Object.entries(items).map(([Id, Etag]) => ({
    Type: 'Document',
    Id,
    Etag,
    Collection: 'Cars',
  }));
  let asked = 0;
  return {
    request: async () => {
      asked++;
      return { status: 200, body: Buffer.from(JSON.stringify({ Results })), whole: true };
    },
    asked: () => asked,
  };
}

const etagsOf = (documents: RawDocument[]) => documents.map(({ id, etag }) => [id, etag]);

describe('the etag of a document', () => {
  it('is in the change vector of a document that was written here', async () => {
    const node = nodeWith({});
    const documents = [document('a', 'A:3-own'), document('b', 'A:7-own')];
    expect(etagsOf(await withEtags(http, node, stats, 1, documents))).toEqual([
      ['a', 3],
      ['b', 7],
    ]);
    expect(node.asked()).toBe(0);
  });

  it.each([
    ['another database wrote it', 'B:900-other'],
    ['another database has changed it since', 'A:5-own, B:900-other'],
    ['its change vector is older than its place', 'A:2-own'],
  ])('is looked up when %s', async (_, changeVector) => {
    const documents = [document('a', 'A:3-own'), document('B', changeVector)];
    const node = nodeWith({ a: 3, b: 40 });
    expect(etagsOf(await withEtags(http, node, stats, 1, documents))).toEqual([
      ['a', 3],
      ['B', 40],
    ]);
  });

  it('is not made up for one that has moved on: a later page has it', async () => {
    const documents = [document('a', 'B:1-other'), document('b', 'B:2-other'), document('c', 'B:3-other')];
    const node = nodeWith({ a: 3, c: 101 });
    expect(etagsOf(await withEtags(http, node, stats, 1, documents))).toEqual([['a', 3]]);
  });
});
