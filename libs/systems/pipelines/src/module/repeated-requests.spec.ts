import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiApp } from '../fixtures/api-app.ts';

const adults = {
  pipelineId: 'adults',
  name: 'Adults',
  source: { type: 'file', path: 'in.ndjson' },
  transforms: [{ type: 'filter', condition: 'age > 18' }],
  sink: { type: 'file', path: 'out' },
};
const keyed = (key: string) => ({ 'idempotency-key': key });
const replayed = ({ headers }: { headers: Record<string, string> }) => headers['idempotency-replayed'];

describe('repeated requests with a key', () => {
  let api: ApiApp;
  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    api.write('in.ndjson', '{"id":1,"age":17}\n{"id":2,"age":40}\nnope\n');
  });
  afterEach(() => api.close());

  it('are carried out once, however often they are sent', async () => {
    await api.post('', adults, keyed('k1')).expect(201);
    expect(replayed(await api.post('', adults, keyed('k1')).expect(201))).toBe('true');
    await api.post('', { ...adults, name: 'Other' }, keyed('k1')).expect(422);
    await api.post('', adults).expect(409);
  });

  it('are answered as before: what changed nothing, a PUT that created, a DELETE, a dead letter', async () => {
    const put = (key: string, body: object) => api.put('/adults', body, keyed(key));
    expect(replayed(await put('put', adults).expect(201))).toBeUndefined();
    expect(replayed(await put('put', adults).expect(201))).toBe('true');
    await put('put', { ...adults, name: 'Other' }).expect(422);
    expect(replayed(await put('same', adults).expect(200))).toBeUndefined();
    expect(replayed(await put('same', adults).expect(200))).toBe('true');
    await put('same', { ...adults, name: 'Other' }).expect(422);
    await api.post('/adults/start');
    await api.untilState('adults', 'Completed');
    const { body: letters } = await api.get('/adults/dead-letters');
    const path = `/adults/dead-letters/${letters[0].letterId}`;
    const forget = () => api.remove(path, keyed('letter'));
    expect(replayed(await forget().expect(204))).toBeUndefined();
    expect(replayed(await forget().expect(204))).toBe('true');
    await api.post(`${path}/replay`, undefined, keyed('letter')).expect(422);
    const remove = () => api.remove('/adults', keyed('end'));
    expect(replayed(await remove().expect(204))).toBeUndefined();
    expect(replayed(await remove().expect(204))).toBe('true');
    await api.remove('/adults').expect(404);
  });

  it('get the answer that they got, whatever has happened since', async () => {
    const created = await api.post('', adults, keyed('create')).expect(201);
    const started = await api.post('/adults/start', undefined, keyed('start')).expect(200);
    await api.untilState('adults', 'Completed');
    const stopped = await api.post('/adults/stop', undefined, keyed('stop')).expect(200);
    const nothing = await api.post('/adults/stop', undefined, keyed('nothing')).expect(200);
    const patch = (offset: number, headers: Record<string, string> = {}) =>
      api.patch('/adults/checkpoint', { position: { 'in.ndjson': offset } }, headers).expect(200);
    const moved = await patch(18, keyed('move'));
    await patch(0);
    await api.put('/adults', { ...adults, name: 'Others' }).expect(200);
    await api.restart();
    const again = [
      await api.post('', adults, keyed('create')).expect(201),
      await api.post('/adults/start', undefined, keyed('start')).expect(200),
      await api.post('/adults/stop', undefined, keyed('stop')).expect(200),
      await api.post('/adults/stop', undefined, keyed('nothing')).expect(200),
      await patch(18, keyed('move')),
    ];
    const before = [created, started, stopped, nothing, moved];
    expect(again.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    expect(again.map(({ headers }) => headers['etag'])).toEqual(before.map(({ headers }) => headers['etag']));
    expect(again.map(replayed)).toEqual(Array(5).fill('true'));
    expect((await api.get('/adults/checkpoint')).body.position).toEqual({ 'in.ndjson': 0 });
  });

  it('are refused where the key was used for another one, of a command or of dead letters', async () => {
    await api.post('', adults, keyed('one')).expect(201);
    await api.remove('/adults/dead-letters', keyed('one')).expect(422);
    await api.remove('/adults/dead-letters', keyed('two')).expect(204);
    await api.post('/adults/start', undefined, keyed('two')).expect(422);
  });
});

describe('requests whose body has no fields', () => {
  let api: ApiApp;
  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    await api.post('', adults).expect(201);
  });
  afterEach(() => api.close());

  it('change nothing where they have one', async () => {
    for (const move of ['stop', 'pause', 'resume', 'restart']) {
      const { body } = await api.post(`/adults/${move}`, { from: 'beginning' }).expect(400);
      expect(body.errors).toMatchObject([{ pointer: '/from' }]);
    }
    for (const path of ['/adults', '/adults/checkpoint', '/adults/dead-letters', '/adults/dead-letters/1'])
      await api.remove(path).send({ force: true }).expect(400);
    await api.post('/adults/stop', {}).expect(200);
    await api.remove('/adults').expect(204);
  });
});
