import { expect, it } from '@jest/globals';
import { describeCreated, describeRun, totalsIn } from './describe-first.ts';

const FIRST = {
  pipelineId: 'first',
  source: { path: 'people.ndjson' },
  transforms: [{ condition: 'age >= 18' }],
  sink: { path: 'adults' },
};
const NOTHING = { read: 0, written: 0, filtered: 0 };
const batch = (read: number, written: number) => ({
  sequence: `2.${read}`,
  type: 'BatchProcessed',
  data: { totals: { read, written, filtered: read - written } },
});
const started = { sequence: 2, type: 'PipelineStarted', data: {} };

it('The totals are those after the last batch, and none before the first', () => {
  expect(totalsIn([started])).toEqual(NOTHING);
  expect(totalsIn([started, batch(2, 1), batch(3, 2), started])).toEqual({
    read: 3,
    written: 2,
    filtered: 1,
  });
});

it('A pipeline that was there already is not called created', () => {
  expect(describeCreated(FIRST, true, NOTHING)).toBe(
    '"first" was created: it reads people.ndjson and writes the records with age >= 18 to adults',
  );
  expect(describeCreated(FIRST, false, { read: 2, written: 1, filtered: 1 })).toBe(
    '"first" was there already; earlier runs have read 2 records and written 1',
  );
});

it('A run is told without the figures of earlier ones, and one without records says why', () => {
  const before = { read: 2, written: 1, filtered: 1 };
  expect(describeRun('Completed', NOTHING, before, 'people.ndjson')).toBe(
    'Completed: read 2, written 1, filtered 1',
  );
  expect(describeRun('Completed', before, { read: 3, written: 2, filtered: 1 }, 'people.ndjson')).toBe(
    'Completed: read 1, written 1, filtered 0',
  );
  expect(describeRun('Completed', before, before, 'people.ndjson')).toBe(
    'Completed: read 0, written 0, filtered 0; people.ndjson has nothing new, and no record is written twice',
  );
});
