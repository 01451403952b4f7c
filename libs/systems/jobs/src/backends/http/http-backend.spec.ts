import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { orders, runOver } from '../../fixtures/script-run.ts';
import type { RunEvent } from '../../job/backend.ts';
import { MemoryJobStore } from '../../store/memory-job-store.ts';
import { keepResult } from '../../run/keep-result.ts';
import { HttpBackend } from './http-backend.ts';

type Answer = [status: number, body?: string];

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

/** A backend that answers so; what it is asked is counted. */
async function serve(answer: (request: string, times: number) => Answer) {
  const asked = new Map<string, number>();
  server = createServer((request, response) => {
    const what = `${request.method} ${request.url?.endsWith('/result') ? 'result' : 'run'}`;
    const times = (asked.get(what) ?? 0) + 1;
    asked.set(what, times);
    const [status, body = ''] = answer(what, times);
    response.writeHead(status).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, backend: new HttpBackend({ name: 'mine', url, token: null }) };
}

const RUN = { runId: 'job:1' };
const RUNNING: Answer = [200, '{"state":"running"}'];

function keep(backend: HttpBackend) {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  return keepResult(backend, RUN, {
    nameOf: () => 'out',
    put: (name, parts) => store.putContent(name, parts),
    signal: new AbortController().signal,
  });
}

describe('A backend over HTTP', () => {
  it.each<[string, Answer]>([
    ['a result that is not JSON', [200, 'oops']],
    ['a large result that is not JSON at its end', [200, `${'{"id":"a"}\n'.repeat(20_000)}oops`]],
    ['no result', [404]],
  ])('that says succeeded and has %s fails the job for good, asked once', async (_, result) => {
    const { asked, backend } = await serve((what) =>
      what === 'GET result' ? result : [200, '{"state":"succeeded"}'],
    );
    expect(await keep(backend)).toMatchObject({
      type: 'failed',
      cause: { class: 'backend', code: 'bad-result' },
    });
    expect(asked.get('GET result')).toBe(1);
  });

  it('that cannot give a result now is asked again, and not forever', async () => {
    const answers = (times: number): Answer => (times < 3 ? [503] : [200, '{"id":"a"}']);
    const state: Answer = [200, '{"state":"succeeded"}'];
    const { backend } = await serve((what, times) => (what === 'GET result' ? answers(times) : state));
    expect(await keep(backend)).toMatchObject({ content: { inline: '{"id":"a"}\n' } });
    server?.close();
    const { asked, backend: broken } = await serve((what) => (what === 'GET result' ? [500] : state));
    expect(await keep(broken)).toMatchObject({
      type: 'lost',
      cause: { class: 'backend', code: 'no-result' },
    });
    expect(asked.get('GET result')).toBe(5);
  }, 30_000);

  it('that does not take a cancellation has not cancelled: it is said, and asked for again', async () => {
    let isCancelled = false;
    const { asked, backend } = await serve((what, times) => {
      if (what !== 'DELETE run') return isCancelled ? [200, '{"state":"cancelled"}'] : RUNNING;
      isCancelled = times === 3;
      return [[503], [429], [202]][times - 1] as Answer;
    });
    await expect(backend.cancel(RUN)).rejects.toThrow(UnavailableError);
    await expect(backend.cancel(RUN)).rejects.toThrow('status 429');
    expect(await backend.cancel(RUN)).toMatchObject({ source: 'http' });
    expect(asked.get('DELETE run')).toBe(3);
  });

  it.each<[string, object, object]>([
    ['null for what there is not', { progress: null, cause: null, log: null, form: null }, {}],
    [
      'a cause of a class of its own',
      { cause: { class: 'weather', code: 'rain', message: 'wet' } },
      { code: 'rain' },
    ],
    ['a timeout', { cause: { class: 'timeout', message: 'too long' } }, { class: 'timeout' }],
    ['a text as its cause', { cause: 'out of paper' }, { message: 'out of paper' }],
    ['a log in its cause', { cause: { message: 'no', log: 'line 1' } }, { log: 'line 1' }],
    ['a long log', { log: `${'x'.repeat(70_000)}end` }, { log: expect.stringMatching(/x{60000}end$/) }],
    ['half a document of progress', { progress: { done: 0.5, total: 1 } }, {}],
  ])('that says %s has an end of its run', async (_, said, cause) => {
    const { backend } = await serve(() => [200, JSON.stringify({ state: 'failed', ...said })]);
    const events: RunEvent[] = [];
    for await (const event of backend.observe(RUN, AbortSignal.timeout(10_000))) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'ended', outcome: 'failed', cause });
  });

  it.each([
    [1, 10_000],
    [60_000, 60_000],
    [86_400_000, 900_000],
  ])('has as long to take a run as the run may last (%d ms)', async (timeoutMs, ms) => {
    const { backend } = await serve(() => [201]);
    const limits = jest.spyOn(AbortSignal, 'timeout');
    try {
      const options = { onDocumentFailure: 'keep', timeoutMs } as const;
      await backend.start(runOver('loadToOrders({});', orders(1), { options }), new AbortController().signal);
      // Runs of the tests before may still be asked about.
      expect(limits.mock.calls).toContainEqual([ms]);
    } finally {
      limits.mockRestore();
    }
  });

  it('is not asked any more about a cancellation that nobody waits for', async () => {
    const { backend } = await serve((what) => (what === 'DELETE run' ? [202] : RUNNING));
    const over = new AbortController();
    const cancelling = backend.cancel(RUN, over.signal);
    over.abort(new Error('taken over'));
    await expect(cancelling).rejects.toThrow(/taken over/);
  });
});
