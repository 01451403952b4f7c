import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { handlerJob, JobsApp, OPERATOR } from './jobs-app.ts';

const ann = { authorization: 'Bearer token-of-ann-0123456789' };
const operator = { authorization: `Bearer ${OPERATOR}` };

interface Message {
  event: string;
  data: Record<string, unknown> & {
    jobId: string;
    type: string;
    status: number | string;
    sequence: number | null;
  };
}

describe('The WebSocket of jobs', () => {
  const open: WebSocket[] = [];
  let jobs: JobsApp;
  beforeAll(async () => {
    jobs = await JobsApp.start({
      SPARK_JOBS_TOKENS: 'ann:token-of-ann-0123456789,bob:token-of-bob-0123456789',
    });
  });
  afterAll(async () => {
    for (const socket of open) socket.terminate();
    await jobs.stop();
  });

  /** A connection, with everything that it is told from its first moment. */
  const connect = (headers: Record<string, string> = {}) => {
    const socket = new WebSocket(`${jobs.url.replace('http', 'ws')}/api/jobs/ws`, { headers });
    open.push(socket);
    const told: Message[] = [];
    socket.on('message', (data) => told.push(JSON.parse(String(data)) as Message));
    const send = async (message: unknown): Promise<void> => {
      if (socket.readyState === socket.CONNECTING) await once(socket, 'open');
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    };
    const until = async (holds: (message: Message) => boolean): Promise<Message> => {
      for (;;) {
        const found = told.find(holds);
        if (found) return found;
        await once(socket, 'message');
      }
    };
    return { socket, told, send, until };
  };
  const submit = async (labels: string[], headers = ann) =>
    (await jobs.submit(handlerJob(3, 1, { labels, cache: 'off' }), headers)).body.jobId;

  it('tells whoever subscribes every change of its jobs, with their numbers', async () => {
    const { told, send, until } = connect(ann);
    await send({ event: 'subscribe', data: { labels: ['told'] } });
    await until(({ event }) => event === 'subscribed');
    const other = await submit(['other']);
    const jobId = await submit(['told']);
    await until(({ data }) => data.type === 'job.succeeded');
    const changes = told.filter(({ data }) => data.type?.startsWith('job.') && data.type !== 'job.progress');
    expect(changes.map(({ data }) => [data.jobId, data.type])).toEqual([
      [jobId, 'job.queued'],
      [jobId, 'job.running'],
      [jobId, 'job.succeeded'],
    ]);
    expect(changes.every(({ data }) => Number.isSafeInteger(data.sequence))).toBe(true);
    expect(told.some(({ data }) => data.jobId === other)).toBe(false);
  });

  it('continues after the sequence that a reader had last', async () => {
    const first = connect(ann);
    await first.send({ event: 'subscribe', data: {} });
    const { data } = await first.until(({ event }) => event === 'subscribed');
    const jobId = await submit([]);
    await jobs.ended(jobId, ann);
    const late = connect(ann);
    await late.send({ event: 'subscribe', data: { jobIds: [jobId], after: data.sequence } });
    await late.until((message) => message.data.type === 'job.succeeded');
    expect(late.told.map((message) => message.data.type).filter(Boolean)).toEqual([
      'job.queued',
      'job.running',
      'job.succeeded',
    ]);
  });

  it('tells nobody of the jobs of others, except operators', async () => {
    const bob = connect({ authorization: 'Bearer token-of-bob-0123456789' });
    const all = connect(operator);
    for (const { send } of [bob, all]) await send({ event: 'subscribe', data: {} });
    for (const { until } of [bob, all]) await until(({ event }) => event === 'subscribed');
    const jobId = await submit([]);
    await all.until(({ data }) => data.jobId === jobId && data.type === 'job.succeeded');
    expect(bob.told.filter(({ event }) => event === 'job')).toEqual([]);
  });

  it('takes a token in the first message, and closes where that is none', async () => {
    const { send, until } = connect();
    await send({ event: 'auth', data: { token: 'token-of-ann-0123456789' } });
    await until(({ event }) => event === 'authenticated');
    for (const message of [{ event: 'subscribe' }, { type: 'auth', token: 'wrong' }]) {
      const { socket, send: say } = connect();
      await say(message);
      const [code] = (await once(socket, 'close')) as [number];
      expect(code).toBe(4401);
    }
  });

  it.each([
    'nonsense',
    '[]',
    '{"event":"publish"}',
    '{"event":"subscribe","data":{"after":-1}}',
    '{"event":"subscribe","data":{"x":1}}',
  ])('answers what it does not understand with a problem, and stays: %s', async (message) => {
    const { send, until } = connect(ann);
    await send(message);
    expect((await until(({ event }) => event === 'error')).data.status).toBe(400);
    await send({ event: 'subscribe', data: {} });
    await until(({ event }) => event === 'subscribed');
  });
});
