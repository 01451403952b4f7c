import { expect, it } from '@jest/globals';
import { PAGE_SIZE, pageByPage } from './page-by-page.ts';

const ids = (count: number) => Array.from({ length: count }, (_, at) => ({ id: String(1_000 + at) }));

async function collect(count: number): Promise<{ seen: string[]; asked: (string | null)[] }> {
  const asked: (string | null)[] = [];
  const all = ids(count);
  const read = async (after: string | null) => {
    asked.push(after);
    return all.filter(({ id }) => after === null || id > after).slice(0, PAGE_SIZE);
  };
  const seen: string[] = [];
  for await (const { id } of pageByPage(read)) seen.push(id);
  return { seen, asked };
}

it.each([0, 1, PAGE_SIZE, 2 * PAGE_SIZE + 1])('gives each of %i documents once', async (count) => {
  const { seen, asked } = await collect(count);
  expect(seen).toEqual(ids(count).map(({ id }) => id));
  expect(asked).toHaveLength(Math.floor(count / PAGE_SIZE) + 1);
});

it('reads no page before it is needed', async () => {
  let pages = 0;
  const endless = pageByPage(async () => {
    pages++;
    return ids(PAGE_SIZE);
  });
  await endless.next();
  expect(pages).toBe(1);
});
