import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiApp } from '../fixtures/api-app.ts';

const numbers = {
  pipelineId: 'numbers',
  name: 'Numbers',
  source: { type: 'generate', count: 30 },
  sink: { type: 'file', path: 'out' },
  batch: { maxRecords: 10 },
};

interface Event {
  sequence: number | string;
  type: string;
  data: { batch?: string; n?: number; totals?: { written: number } };
}

describe('events of batches', () => {
  let api: ApiApp;
  beforeEach(async () => {
    api = new ApiApp();
    await api.start();
    await api.post('', numbers).expect(201);
    await api.post('/numbers/start').expect(200);
    await api.untilState('numbers', 'Completed');
  });
  afterEach(() => api.close());

  const history = async (query = ''): Promise<Event[]> => (await api.get(`/numbers/history${query}`)).body;
  const types = (events: readonly Event[]) => events.map(({ type }) => type);

  /** Server-sent events until one of this type. */
  async function sent(path: string, until: string, last?: number | string): Promise<Event[]> {
    const left = new AbortController();
    const headers = { ...api.authorization, ...(last !== undefined && { 'last-event-id': String(last) }) };
    const response = await fetch(`${await api.url()}/api/pipelines${path}`, { headers, signal: left.signal });
    const events: Event[] = [];
    let text = '';
    for await (const part of (response.body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream(),
    )) {
      text += part;
      const whole = text.split('\n\n');
      text = whole.pop() ?? '';
      for (const one of whole) {
        const data = /^data: (.*)$/m.exec(one)?.[1];
        const id = /^id: (.*)$/m.exec(one)?.[1];
        if (data === undefined) continue;
        const event = JSON.parse(data) as Event;
        expect(String(event.sequence)).toBe(id);
        events.push(event);
      }
      if (events.some(({ type }) => type === until)) break;
    }
    left.abort();
    return events;
  }

  it('are in the history, between the others, with the id of the batch and running totals', async () => {
    const events = await history();
    expect(types(events)).toEqual([
      'PipelineCreated',
      'PipelineStarted',
      ...Array.from({ length: 3 }, () => ['BatchPlanned', 'BatchProcessed']).flat(),
      'PipelineCompleted',
    ]);
    const processed = events.filter(({ type }) => type === 'BatchProcessed');
    expect(processed.map(({ data }) => [data.batch, data.totals?.written])).toEqual([
      ['default/numbers/1/0/1', 10],
      ['default/numbers/1/0/2', 20],
      ['default/numbers/1/0/3', 30],
    ]);
    expect(types(await history('?batches=false'))).toEqual([
      'PipelineCreated',
      'PipelineStarted',
      'PipelineCompleted',
    ]);
  });

  it('are read page by page, each once: the sequence of the last one leads on', async () => {
    const all = await history();
    for (const take of [1, 2, 5]) {
      const paged: Event[] = [];
      for (let after: number | string = 0; ;) {
        const page = await history(`?take=${take}&after=${after}`);
        paged.push(...page);
        if (page.length === 0) break;
        after = page.at(-1)?.sequence ?? 0;
      }
      expect(paged).toEqual(all);
    }
    await api.get('/numbers/history?after=1.x').expect(400);
  });

  it('are sent as they happen, and resumed after any of them', async () => {
    const all = await sent('/numbers/events', 'PipelineCompleted');
    expect(types(all).toSorted()).toEqual(types(await history()).toSorted());
    const at = all.findIndex(({ type, data }) => type === 'BatchProcessed' && data.n === 1);
    for (const path of ['/numbers/events', '/events']) {
      const rest = await sent(path, 'PipelineCompleted', all[at]?.sequence);
      const known = all.slice(0, at + 1).filter(({ data }) => data.batch);
      expect(
        rest.filter(({ type, data }) => known.some((one) => one.type === type && one.data.n === data.n)),
      ).toEqual([]);
      expect(types(rest)).toContain('PipelineCompleted');
    }
    // Whoever knows only an event of the pipeline is told the newest batch, whose totals contain the others.
    const rest = await sent('/numbers/events', 'BatchProcessed', all.at(0)?.sequence);
    expect(rest.find(({ type }) => type === 'BatchProcessed')?.data.totals?.written).toBe(30);
  });
});
