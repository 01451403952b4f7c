import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'docs', 'reference', 'script-language');
const CASES = Array.from({ length: 95 }, (_, i) => i + 1);

interface Row {
  number: number;
  here: string;
  specs: string[];
}

const rows: Row[] = readdirSync(folder)
  .filter((file) => /^[a-h]-.*\.md$/.test(file))
  .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
  .flatMap((line) => {
    const [, number, , here = '', shown = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    if (!/^\d+$/.test(number ?? '')) return [];
    return [
      { number: Number(number), here, specs: [...shown.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path) },
    ];
  });

describe('the tables of the script language', () => {
  it('have each of the 95 cases once', () => {
    expect(rows.map(({ number }) => number).toSorted((one, other) => one - other)).toEqual(CASES);
  });

  it('name specs that are there and carry the case’s number in a test’s name', () => {
    const missing = rows.flatMap(({ number, specs }) =>
      specs.flatMap((path) => {
        const file = join(root, path);
        const isShown = existsSync(file) && new RegExp(`\\bcase ${number}:`).test(readFileSync(file, 'utf8'));
        return isShown ? [] : [`case ${number}: ${path}`];
      }),
    );
    expect(missing).toEqual([]);
  });

  it('say why where no spec shows a case', () => {
    const unexplained = rows.filter(({ here, specs }) => specs.length === 0 && here.length < 20);
    expect(unexplained.map(({ number }) => number)).toEqual([]);
  });
});
