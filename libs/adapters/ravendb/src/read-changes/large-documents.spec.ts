import { describe, expect, it } from '@jest/globals';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenAnswer, RavenRequest } from '../connect/raven-node.ts';
import { fetchWithin } from '../read-documents/fetch-documents.ts';
import { readTouches } from '../read-extras/read-touches.ts';
import { readSparsePage } from './sparse-page.ts';
import { readTailPage } from './tail-page.ts';

const COUNT = 200;
const SIZE = 100_000;
const MOST_BYTES = 1_000_000;
/** Nothing is known yet of the size of so many documents. */
const FIRST = 16 * (SIZE + 200);

const http = new RavenHttp({ urls: ['http://127.0.0.1:9'], database: 'd' });
const numbers = Array.from({ length: COUNT }, (_, at) => at + 1);

/** A database of large cars, whose counters were all incremented twice. */
class LargeDocuments {
  largest = 0;

  readonly request = async ({ path, body, stopAfterBytes }: RavenRequest): Promise<RavenAnswer> => {
    const { pathname, searchParams: query } = new URL(path, 'http://raven');
    const from = { etag: Number(query.get('etag')), count: Number(query.get('pageSize')) };
    const whole = pathname.endsWith('/all-items')
      ? this.#items(query.getAll('type'), from)
      : this.#documents(typeof body === 'string' ? (JSON.parse(body) as { Ids: string[] }).Ids : from);
    const answer = whole.subarray(0, stopAfterBytes ?? whole.length);
    this.largest = Math.max(this.largest, answer.length);
    return { status: 200, body: answer, whole: answer.length === whole.length };
  };

  #items(types: readonly string[], from: { etag: number; count: number }): Buffer {
    const changes = types.includes('CounterGroup')
      ? [...numbers, ...numbers].map((n, at) => item('CounterGroup', n, 1_000 + at + 1))
      : numbers.map((n) => item('Document', n, n));
    const Results = changes.filter(({ Etag }) => Etag >= from.etag).slice(0, from.count);
    return Buffer.from(JSON.stringify({ Results }));
  }

  #documents(wanted: readonly string[] | { etag: number; count: number }): Buffer {
    const found =
      'etag' in wanted
        ? numbers.filter((n) => n >= wanted.etag).slice(0, wanted.count)
        : wanted.map((id) => Number(id.slice('cars/'.length)));
    return Buffer.from(`{"Results":[${found.map(documentText).join(',')}]}`);
  }
}

const item = (Type: string, n: number, Etag: number) => {
  return { Type, Id: `cars/${n}`, Etag, Collection: 'Cars', ChangeVector: `A:${Etag}-own` };
};

const documentText = (n: number): string =>
  `{"Text":"${'x'.repeat(SIZE)}","@metadata":{"@collection":"Cars","@change-vector":"A:${n}-own","@id":"cars/${n}","@last-modified":"now"}}`;

describe('Large documents', () => {
  const stats = { databaseId: 'own', lastEtag: COUNT, indexStates: new Map<string, string>() };

  it('of a small collection come in pages of bounded size, none is left out', async () => {
    const node = new LargeDocuments();
    const seen: string[] = [];
    for (let from = 1; from <= COUNT;) {
      const query = { from, deletesAfter: 0, pageSize: 2_048, maxBytes: MOST_BYTES };
      const page = await readSparsePage(http, node, stats, 'cars', query);
      const bytes = page.documents.reduce((sum, { json }) => sum + json.byteLength, 0);
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES + FIRST);
      expect(page.drained).toBe(page.to === COUNT);
      seen.push(...page.documents.map(({ id }) => id));
      from = page.to + 1;
    }
    expect(seen).toEqual(numbers.map((n) => `cars/${n}`));
    expect(node.largest).toBeLessThanOrEqual(FIRST);
  });

  it('of which there are many at the end of the changes are left to the pages that are bounded', async () => {
    const node = new LargeDocuments();
    expect(await readTailPage(http, node, 'own', { from: 1, maxBytes: MOST_BYTES })).toBeNull();
    expect(node.largest).toBeLessThanOrEqual(MOST_BYTES);
  });

  it('whose counters change are read as many at a time as fit, and none of the changes is left out', async () => {
    const node = new LargeDocuments();
    const lastEtag = 1_000 + 2 * COUNT;
    const touched = new Map<string, number>();
    for (let from = 1_001; from <= lastEtag;) {
      const follow = { counters: true, timeSeries: false };
      const query = { collection: 'cars', from, to: lastEtag, follow };
      const { touches, to } = await readTouches(http, node, 'own', query);
      expect(touches.length * SIZE).toBeLessThanOrEqual(8 * 1024 * 1024 + FIRST);
      for (const { id, etag } of touches) touched.set(id, etag);
      from = to + 1;
    }
    expect([...touched]).toEqual(numbers.map((n) => [`cars/${n}`, 1_000 + COUNT + n]));
  });

  it('are looked up at least one at a time', async () => {
    const node = new LargeDocuments();
    const found = await fetchWithin(http, node, ['cars/1', 'cars/2'], 1);
    expect(found[0]?.id).toBe('cars/1');
  });
});
