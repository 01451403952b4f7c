import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { ApiApp } from '../fixtures/api-app.ts';

const people = {
  pipelineId: 'people',
  name: 'People',
  schema: { type: 'object', properties: { id: { type: 'integer' }, age: { type: 'integer' } } },
  source: { type: 'file', path: 'people.csv', format: 'csv' },
  transforms: [{ type: 'filter', condition: 'age >= 18' }],
  sink: { type: 'file', path: 'out', format: 'csv' },
  batch: { maxRecords: 2 },
};

describe('a pipeline of CSV files', () => {
  let api: ApiApp;
  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    api.write('people.csv', 'id,age,name\n1,17,"A, B"\n2,40,"C\nD"\n3,old,E\n4,50\n5,60,F\n');
  });
  afterEach(() => api.close());

  const written = (): string[] => {
    const folder = join(api.folder, 'files', 'out');
    const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
    return files.toSorted().map((name) => readFileSync(join(folder, name), 'utf8'));
  };

  it('reads numbers as the schema says, and makes dead letters of what does not fit, to be corrected as text', async () => {
    await api.post('', people).expect(201);
    await api.post('/people/start').expect(200);
    const { progress } = await api.untilState('people', 'Completed');
    expect(progress).toMatchObject({ read: 5, written: 2, filtered: 1, deadLettered: 2 });
    expect(written()).toEqual(['id,age,name\n2,40,"C\nD"\n', 'id,age,name\n5,60,F\n']);
    const { body: letters } = await api.get('/people/dead-letters');
    expect(letters).toMatchObject([
      { step: 'schema', record: '3,old,E' },
      { step: 'source', record: '4,50', reason: 'It has 2 fields, and the first line names 3' },
    ]);
    await api.post(`/people/dead-letters/${letters[1].letterId}/replay`, { record: '4,50,"G"' }).expect(202);
    api.write('people.csv', 'id,age,name\n1,17,"A, B"\n2,40,"C\nD"\n3,old,E\n4,50\n5,60,F\n6,16,H\n');
    await api.post('/people/start').expect(200);
    await eventually(async () => (await api.get('/people/dead-letters')).body.length === 1);
    expect(written()).toContain('id,age,name\n4,50,G\n');
  });

  it('is refused by name where a format or an option is for a later version', async () => {
    for (const [part, pointer] of [
      [{ source: { ...people.source, format: 'parquet' } }, '/source/format'],
      [{ sink: { ...people.sink, format: 'parquet' } }, '/sink/format'],
      [{ source: { type: 'jdbc' } }, '/source/type'],
      [{ sink: { type: 's3' } }, '/sink/type'],
      [{ transforms: [{ type: 'aggregate' }] }, '/transforms/0/type'],
      [{ engine: 'spark' }, '/engine'],
    ] as const) {
      const { body } = await api.post('', { ...people, ...part }).expect(422);
      expect([body.type, body.errors[0].pointer]).toEqual(['urn:spark:problem:not-available', pointer]);
    }
  });
});
