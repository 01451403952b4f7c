import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiApp } from '../fixtures/api-app.ts';

const people = {
  pipelineId: 'people',
  name: 'People',
  source: { type: 'file', path: 'in/*.ndjson' },
  sink: { type: 'log' },
};

describe('a position that an operator sets', () => {
  let api: ApiApp;
  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    mkdirSync(join(api.folder, 'files', 'in'));
  });
  afterEach(() => api.close());
  const patch = (position: Record<string, number>) => api.patch('/people/checkpoint', { position });

  it('names files of the source, and is refused with those where it names another', async () => {
    await api.post('', people).expect(201);
    expect((await patch({ 'in/a.ndjson': 9 }).expect(400)).body.detail).toBe(
      'in/a.ndjson is not in the source; it has none.',
    );
    for (const name of ['a', 'b']) api.write(`in/${name}.ndjson`, '{"id":1}\n');
    for (const [name, pointer] of [
      ['a.ndjson', '/position/a.ndjson'],
      ['in/A.ndjson', '/position/in~1A.ndjson'],
      ['constructor', '/position/constructor'],
      ['0', '/position/0'],
    ] as const) {
      const { body } = await patch({ 'in/a.ndjson': 9, [name]: 9 }).expect(400);
      const detail = 'is not in the source; it has in/a.ndjson, in/b.ndjson';
      expect(body).toMatchObject({ detail: `${name} ${detail}.`, errors: [{ pointer, detail }] });
    }
    expect((await patch({ 'in/a.ndjson': 10 }).expect(400)).body).toMatchObject({
      detail: 'in/a.ndjson can only be from 0 to 9 at present.',
      errors: [{ pointer: '/position/in~1a.ndjson' }],
    });
    await patch({ 'in/a.ndjson': 9, 'in/b.ndjson': 0 }).expect(200);
    await patch({}).expect(200);
  });

  it('may be the present one with its marks, also where a file that was read is gone', async () => {
    for (const name of ['a', 'b']) api.write(`in/${name}.ndjson`, '{"id":1}\n');
    await api.post('', people).expect(201);
    await api.post('/people/start').expect(200);
    await api.untilState('people', 'Completed');
    const { position } = (await api.get('/people/checkpoint')).body;
    expect(Object.keys(position)).toEqual(expect.arrayContaining(['in/a.ndjson', 'in/a.ndjson//9']));
    rmSync(join(api.folder, 'files', 'in', 'a.ndjson'));
    await patch({ ...position, 'in/b.ndjson': 0 }).expect(200);
  });

  it('leaves the files of what precedes it, where a sink may overwrite those of what is read again', async () => {
    api.write('in/a.ndjson', '{"id":1}\n{"id":2}\n');
    await api.post('', { ...people, sink: { type: 'file', path: 'out', overwrite: true } }).expect(201);
    const run = async (): Promise<(string | undefined)[]> => {
      await api.post('/people/start').expect(200);
      await api.untilState('people', 'Completed');
      const names = readdirSync(join(api.folder, 'files', 'out')).filter((name) => !name.startsWith('.'));
      return names.map((name) => name.split('-')[0]).toSorted();
    };
    expect(await run()).toEqual(['1']);
    await patch({ 'in/a.ndjson': 9 }).expect(200);
    expect(await run()).toEqual(['1', '2']);
    await patch({}).expect(200);
    expect(await run()).toEqual(['3']);
    await patch({ 'in/a.ndjson': 0 }).expect(200);
    expect(await run()).toEqual(['4']);
  });

  it('has one name where records are generated', async () => {
    await api.post('', { ...people, source: { type: 'generate', count: 5 } }).expect(201);
    expect((await patch({ generated: 2 }).expect(400)).body.errors[0].detail).toContain('it has generate');
    expect((await patch({ generate: 6 }).expect(400)).body.detail).toContain('from 0 to 5');
    await patch({ generate: 2 }).expect(200);
  });
});
