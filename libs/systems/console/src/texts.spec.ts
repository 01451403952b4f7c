import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { layOut } from '../web/map/layout.ts';
import { t } from '../web/texts.ts';

const WEB = join(import.meta.dirname, '..', 'web');
const MARKS = /^[\s←→/·×+−–&()[\]{}↑↓.,:#]*$/u;
const KEYS = new Set(['Ctrl', 'Enter', 'Ctrl K']);

it('What the page says is in one file: no element has text of its own', async () => {
  const files = (await readdir(WEB, { recursive: true })).filter((file) => file.endsWith('.tsx'));
  expect(files.length).toBeGreaterThan(10);
  const found: string[] = [];
  for (const file of files) {
    const source = await readFile(join(WEB, file), 'utf8');
    for (const [, text = ''] of source.matchAll(/<[a-z][a-z0-9]*(?: [a-z-]+="[^"<>]*")*>([^<>{}]+)</g))
      if (!MARKS.test(text) && !KEYS.has(text.trim())) found.push(`${file}: ${text.trim()}`);
  }
  expect(found).toEqual([]);
});

it('The map of 200 modules is laid out at once, the same each time, and no card lies on another', () => {
  const names = Array.from({ length: 200 }, (_, at) => `M${at}`);
  const links = names.flatMap((to, at) =>
    [at - 1, Math.floor(at / 2), Math.floor(at / 3)]
      .filter((from, index, all) => from >= 0 && from < at && all.indexOf(from) === index)
      .map((from) => ({ from: `M${from}`, to })),
  );
  const sizes = { width: 1_200, card: 182, cardHeight: 76, lane: 46, gap: 24, down: false };
  const layout = layOut(names, links, sizes);
  expect(layOut(names, links, sizes)).toEqual(layout);
  for (const one of layout.nodes)
    for (const other of layout.nodes)
      if (one.name < other.name && Math.abs(one.x - other.x) < 1)
        expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(sizes.cardHeight);
});

it('Modules that copy from each other are laid out too', () => {
  const links = [
    { from: 'A', to: 'B' },
    { from: 'B', to: 'A' },
  ];
  const sizes = { width: 800, card: 182, cardHeight: 76, lane: 46, gap: 24, down: false };
  const { nodes } = layOut(['A', 'B'], links, sizes);
  expect(nodes.map(({ x }) => x)[0]).not.toBe(nodes.map(({ x }) => x)[1]);
});

it('What is counted agrees with its verb, and nothing is whole while a module does not answer', () => {
  const headlines = [
    [0, 1],
    [1, 1],
    [1, 5],
    [2, 5],
    [0, 5],
  ].map(([live = 0, all = 0]) => t.overview.headline(live, all, false));
  expect(headlines).toEqual([
    '0 of 1 copy is live',
    '1 of 1 copy is live',
    '1 of 5 copies is live',
    '2 of 5 copies are live',
    '0 of 5 copies are live',
  ]);
  expect([t.answer(0, 1), t.answer(1, 2), t.answer(0, 2)]).toEqual([
    '0 of 1 module answers',
    '1 of 2 modules answers',
    '0 of 2 modules answer',
  ]);
  expect([t.overview.under(0, 0, 0), t.overview.under(0, 0, 1)]).toEqual([
    'Everything is here.',
    '1 module not answering.',
  ]);
  expect([t.overview.headline(0, 0, true), t.ago(0), t.copy.freshWas('Fleet', 0, null)]).toEqual([
    'No copies can be seen',
    'just now',
    'Fleet did not answer. Last, everything that was known of Fleet was here.',
  ]);
});
