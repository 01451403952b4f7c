import { expect, it } from '@jest/globals';
import { IdTable } from './id-table.ts';

it('A table of ids has what was put into it last, and nothing else, however much it grows', () => {
  const table = new IdTable();
  for (let number = 0; number < 50_000; number++) table.set(`cars/${number}`, number);
  for (let number = 0; number < 50_000; number += 2) table.set(`cars/${number}`, -number);
  const wrong: number[] = [];
  for (let number = 0; number < 50_000; number++)
    if (table.get(`cars/${number}`) !== (number % 2 === 0 ? -number : number)) wrong.push(number);
  expect(wrong).toEqual([]);
  expect(table.get('cars/50000')).toBeUndefined();
  expect(table.has('Cars/1')).toBe(false);
});
