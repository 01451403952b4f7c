import { describe, expect, it } from '@jest/globals';
import type { ChangedRange, SourceChange, SourceExtras } from '@nestjs-spark/contracts/internal';
import type { DocumentExtras, EtlCommand } from '@nestjs-spark/etl-script/internal';
import { copyExtras } from './copy-extras.ts';

const DAYS = ['01', '02', '03'].map((day) => ({
  at: `2026-01-${day}T00:00:00.000Z`,
  values: [1],
  tag: null,
}));
const source: SourceExtras = {
  counters: async (wanted) => wanted.map(({ names }) => names.map((name) => ({ name, value: '7' }))),
  timeSeries: async (_id, _name, from, to) =>
    DAYS.filter(({ at }) => (from === null || at >= from) && (to === null || at <= to)),
  openAttachment: async () => null,
};

const document = { id: 'cars/1', collection: 'Cars', json: new Uint8Array(), etag: 1, copyOf: null };
const put: SourceChange = { kind: 'put', ...document };
const touch = (counters: boolean, ...timeSeries: ChangedRange[]): SourceChange => ({
  kind: 'touch',
  ...document,
  counters,
  timeSeries,
});
const copy = (id: string, extras?: DocumentExtras): EtlCommand => ({
  type: 'put',
  id,
  collection: 'Cars',
  fields: '{}',
  ...(extras && { extras }),
});
const WHOLE = { name: 'Speed', from: null, to: null };
const ALL: DocumentExtras = { attachments: [], counters: ['km'], timeSeries: [WHOLE] };

async function of(change: SourceChange, ...commands: EtlCommand[]) {
  if (change.kind === 'delete') throw new Error('not of a delete');
  return (await copyExtras(source, 'ravendb', [{ change, commands }])).get(change) ?? [];
}

describe('What copies are to have', () => {
  it('is, of a document that has changed, all that the script says, for each copy', async () => {
    const commands = await of(put, copy('cars/1', ALL), copy('cars/1/people/1', { counters: ['km'] }));
    expect(commands.map(({ type, id }) => `${id} ${type}`)).toEqual([
      'cars/1 attachments',
      'cars/1 counters',
      'cars/1 time-series-names',
      'cars/1 time-series',
      'cars/1/people/1 counters',
    ]);
  });

  it('is said in one word where it is nothing, and not at all where the script says nothing', async () => {
    const nothing = { attachments: [], counters: [], timeSeries: [] };
    expect(await of(put, copy('cars/1', nothing), copy('cars/1/people/1'))).toEqual([
      { type: 'no-extras', id: 'cars/1' },
    ]);
  });

  it('is, of a document that was only touched, what was touched, and for its own copy alone', async () => {
    const commands = [copy('cars/1', ALL), copy('cars/1/people/1', ALL)];
    expect(await of(touch(true), ...commands)).toEqual([
      { type: 'counters', id: 'cars/1', counters: [{ name: 'km', value: '7' }] },
    ]);
    const changed = { name: 'speed', from: '2026-01-02T00:00:00.000Z', to: null };
    expect(await of(touch(false, changed), ...commands)).toMatchObject([
      { type: 'time-series', id: 'cars/1', from: changed.from, to: null, entries: DAYS.slice(1) },
    ]);
  });

  it('leaves out entries that a changed range has but the script does not want, so that they go', async () => {
    const wanted = { timeSeries: [{ name: 'Speed', from: '2026-01-03T00:00:00.000Z', to: null }] };
    expect(await of(touch(false, WHOLE), copy('cars/1', wanted))).toMatchObject([{ entries: DAYS.slice(2) }]);
  });

  it('has each entry once where a script adds ranges that overlap', async () => {
    const timeSeries = [WHOLE, { ...WHOLE, from: '2026-01-02T00:00:00.000Z' }];
    const [, series] = await of(put, copy('cars/1', { timeSeries }));
    expect(series).toMatchObject({ entries: DAYS });
  });
});
