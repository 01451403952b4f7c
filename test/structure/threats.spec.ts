import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findSpecs } from './find-specs.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs/operating/security.md'), 'utf8');

/** The rows of tables whose last column is called "test". */
function rowsOf(text: string): { threat: string; tests: string }[] {
  const tables = text.split(/\n{2,}/).filter((block) => /^\|.*\|\s*test\s*\|\n/.test(block));
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map((cells) => ({ threat: cells[1] ?? '', tests: cells.at(-2) ?? '' })),
  );
}

const rows = rowsOf(page);
const specs = findSpecs(root);
const namedIn = (text: string) => [...text.matchAll(/`([^`]+\.ts)`/g)].map(([, name = '']) => name);

describe('The table of threats', () => {
  it('is found, with the two kinds of attackers', () => {
    expect(rows.length).toBeGreaterThan(45);
    expect(specs.length).toBeGreaterThan(500);
  });

  it.each(rows.map(({ threat, tests }) => [threat.slice(0, 80), tests]))('%s: names its test', (_, tests) => {
    const named = namedIn(tests);
    expect(named.length).toBeGreaterThan(0);
    const found = named.map((name) => [name, specs.filter((spec) => `/${spec}`.endsWith(`/${name}`)).length]);
    // Not two either: a reader has to know which one is meant.
    expect(found.filter(([, count]) => count !== 1)).toEqual([]);
  });

  it('names no test beside it that is not there', () => {
    const missing = namedIn(page)
      .filter((name) => /\.(spec|conformance)\.ts$/.test(name))
      .filter((name) => !specs.some((spec) => `/${spec}`.endsWith(`/${name}`)));
    expect(missing).toEqual([]);
  });
});
