import { expect, it } from '@jest/globals';
import { RavenHttp } from '../connect/raven-http.ts';
import { readByPrefix } from './read-by-prefix.ts';

const http = new RavenHttp({ urls: ['http://127.0.0.1:9'], database: 'd' });

it('What is under a prefix is found as a whole, although others remove some of it meanwhile', async () => {
  const ids = Array.from({ length: 3_000 }, (_, at) => `cars/${String(at).padStart(4, '0')}`);
  let there: readonly string[] = ids;
  const read = async (path: string): Promise<readonly string[]> => {
    const query = new URL(path, 'http://raven').searchParams;
    const after = query.get('startAfter') ?? '';
    const start = Number(query.get('start') ?? 0);
    const page = there
      .filter((id) => id.startsWith(query.get('startsWith') ?? '') && id > after)
      .slice(start, start + Number(query.get('pageSize')));
    there = there.filter((id) => !page.slice(0, 100).includes(id));
    return page;
  };
  const found = await readByPrefix(http, { startsWith: 'cars/', read, idOf: (id) => id });
  await http.close();
  expect(found).toEqual(ids);
});

it('What is under a prefix is nothing, where there is nothing', async () => {
  const reading = { startsWith: 'cars/', read: () => Promise.resolve([]), idOf: (id: string) => id };
  expect(await readByPrefix(http, reading)).toEqual([]);
});
