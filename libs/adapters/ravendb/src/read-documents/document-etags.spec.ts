import { describe, expect, it } from '@jest/globals';
import { RavenHttp } from '../connect/raven-http.ts';
import { withEtags } from './document-etags.ts';
import type { RawDocument } from './raw-document.ts';

const http = new RavenHttp({ urls: ['http://127.0.0.1:9'], database: 'd' });
const stats = { databaseId: 'own', lastEtag: 100, indexStates: new Map<string, string>() };

const document = (id: string, changeVector: string): RawDocument => ({
  kind: 'put',
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

  it.each([
    ['after more revisions than fit into one answer', 2_000],
    ['after few', 2],
  ])('is found %s, which the list has under the same type', async (_many, revisions) => {
    const between = Array.from({ length: revisions }, (_, at) => revision('a', 4 + at));
    const node = listing([item('a', 3), ...between, item('b', 4 + revisions), item('c', 9_000)]);
    const documents = [document('a', 'B:1-other'), document('b', 'B:2-other')];
    const all = { ...stats, lastEtag: 10_000 };
    expect(etagsOf(await withEtags(http, node, all, 1, documents))).toEqual([
      ['a', 3],
      ['b', 4 + revisions],
    ]);
  });

  it('of one that has moved on is not looked for beyond its page', async () => {
    const later = Array.from({ length: 5_000 }, (_, at) => item(`later/${at}`, 10 + at));
    const node = listing([item('a', 3), ...later]);
    const documents = [document('a', 'B:1-other'), document('b', 'B:2-other')];
    const all = { ...stats, lastEtag: 10_000 };
    expect(etagsOf(await withEtags(http, node, all, 1, documents))).toEqual([['a', 3]]);
    expect(node.asked()).toBe(1);
  });
});

interface Listed {
  Type: string;
  Id: string;
  Etag: number;
  Collection: string;
  Flags?: string;
}

const item = (Id: string, Etag: number): Listed => ({ Type: 'Document', Id, Etag, Collection: 'Cars' });
const revision = (id: string, etag: number): Listed => ({
  ...item(id, etag),
  Flags: 'HasRevisions, Revision',
});

/** Answers as RavenDB 7 does: from the given etag on, as many as asked for. */
function listing(items: readonly Listed[]) {
  let asked = 0;
  return {
    request: async ({ path }: { path: string }) => {
      asked++;
      const query = new URL(path, 'http://raven').searchParams;
      const from = items.filter(({ Etag }) => Etag >= Number(query.get('etag')));
      const Results = from.slice(0, Number(query.get('pageSize')));
      return { status: 200, body: Buffer.from(JSON.stringify({ Results })), whole: true };
    },
    asked: () => asked,
  };
}
