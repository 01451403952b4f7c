import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiApp } from '../fixtures/api-app.ts';

const source = { type: 'file', path: 'in.ndjson' };
const out = { type: 'file', path: 'out' };

describe('The progress of a pipeline whose process was restarted', () => {
  let api: ApiApp;
  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    api.write('in.ndjson', '{"id":1}\nnope\n{"id":2}\n');
  });
  afterEach(() => api.close());

  const progress = async () => (await api.get('/people').expect(200)).body.progress;
  async function complete(sink: object, schema?: object): Promise<void> {
    await api.post('', { pipelineId: 'people', name: 'People', source, sink, schema }).expect(201);
    await api.post('/people/start').expect(200);
    await api.untilState('people', 'Completed');
  }

  it.each([
    ['in the lane', out],
    ['in its sink', { type: 'sqlite', path: 'out.db', table: 'people', createTable: true, key: ['id'] }],
  ])('is what it was, where the position is %s', async (_where, sink) => {
    const schema = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] };
    await complete(sink, schema);
    const before = await progress();
    expect(before).toMatchObject({ read: 3, written: 2, deadLettered: 1, batches: 1 });
    await api.restart();
    expect(await progress()).toEqual(before);
    await api.post('/people/stop').expect(200);
    await api.restart();
    expect(await progress()).toMatchObject({ read: 3, written: 2 });
  });

  it('is there while it cannot go on', async () => {
    await complete(out);
    await api.post('/people/stop').expect(200);
    api.write('out/.spark-pipeline', 'default/another');
    await api.restart();
    await api.post('/people/start').expect(200);
    expect(await api.untilState('people', 'Failed')).toMatchObject({ progress: { read: 3, written: 2 } });
  });

  it('is none in a generation that cannot begin', async () => {
    await complete(out);
    api.write('out/.spark-pipeline', 'default/another');
    await api.restart();
    await api.post('/people/start', { from: 'beginning' }).expect(200);
    expect(await api.untilState('people', 'Failed')).toMatchObject({
      progress: { read: 0, written: 0, position: {}, lastBatchAt: null },
    });
  });

  it('is none in a generation that has not begun', async () => {
    await complete(out);
    await api.remove('/people/checkpoint').expect(204);
    await api.restart();
    expect(await progress()).toMatchObject({ read: 0, written: 0, position: {} });
  });
});
