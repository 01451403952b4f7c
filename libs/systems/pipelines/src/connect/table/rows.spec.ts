import { describe, expect, it } from '@jest/globals';
import { findRefused } from './find-refused.ts';
import { toRows } from './rows.ts';

const columns = new Set(['id', 'text', 'more']);
const records = (...all: Record<string, unknown>[]) =>
  all.map((fields, offset) => ({ fields, partition: 'a', offset }));

describe('the rows of a batch', () => {
  it('are those of the last record of each key, whether it is a number or its text', () => {
    const { rows } = toRows(records({ id: 1, text: 'a' }, { id: '1', text: 'b' }, { id: 2 }), columns, [
      'id',
    ]);
    expect(rows.map(({ at }) => at)).toEqual([1, 2]);
  });

  it('are all records where there is no key', () => {
    expect(toRows(records({ id: 1 }, { id: 1 }), columns, []).rows).toHaveLength(2);
  });

  it('have the columns that occur, in the order of the table', () => {
    expect(toRows(records({ text: 'a', id: 1 }), columns, []).columns).toEqual(['id', 'text']);
  });

  it('leave out a record with a field that is not a column, without a key, or without anything, and say so', () => {
    const { rows, refused } = toRows(records({ id: 1, age: 3 }, { text: 'a' }, {}, { id: 2 }), columns, [
      'id',
    ]);
    expect(refused).toEqual([
      { at: 0, reason: expect.stringContaining('no column "age"') },
      { at: 1, reason: expect.stringContaining('"id" has no value') },
      { at: 2, reason: expect.stringContaining('no fields') },
    ]);
    expect(rows.map(({ at }) => at)).toEqual([3]);
  });

  it('have no value for a column that has the name of something every object has', () => {
    const named = new Set(['id', 'constructor']);
    const { rows, refused } = toRows(records({ id: 1, constructor: 2 }, { id: 3 }), named, ['constructor']);
    expect(rows.map(({ at }) => at)).toEqual([0]);
    expect(refused).toEqual([{ at: 1, reason: 'The key "constructor" has no value' }]);
  });
});

it('of a thousand rows, the few that are refused are found in few attempts', async () => {
  const rows = toRows(records(...Array.from({ length: 1000 }, (_, id) => ({ id }))), columns, ['id']).rows;
  const unfit = new Set([0, 499, 500, 999]);
  let attempts = 0;
  const refused = await findRefused(rows, async (part) => {
    attempts += 1;
    return part.some(({ at }) => unfit.has(at)) ? 'no' : null;
  });
  expect(refused.map(({ at }) => at)).toEqual([...unfit]);
  expect(attempts).toBeLessThan(100);
});

it('of rows that are refused only together, the first that collides with those before it is found', async () => {
  const rows = toRows(records(...Array.from({ length: 100 }, (_, id) => ({ id }))), columns, ['id']).rows;
  for (const pair of [
    [3, 97],
    [0, 1],
    [49, 50],
    [98, 99],
  ]) {
    const refused = await findRefused(rows, async (part) =>
      pair.every((id) => part.some(({ at }) => at === id)) ? 'twice' : null,
    );
    expect(refused).toEqual([{ at: pair[1], reason: 'twice' }]);
  }
});

it('of rows that are taken when they are tried again, none is found', async () => {
  const rows = toRows(records({ id: 1 }, { id: 2 }, { id: 3 }), columns, ['id']).rows;
  let attempts = 0;
  expect(await findRefused(rows, async () => (attempts++ === 0 ? 'busy' : null))).toEqual([]);
});
