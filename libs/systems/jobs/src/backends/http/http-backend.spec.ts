import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
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

  it('is not asked any more about a cancellation that nobody waits for', async () => {
    const { backend } = await serve((what) => (what === 'DELETE run' ? [202] : RUNNING));
    const over = new AbortController();
    const cancelling = backend.cancel(RUN, over.signal);
    over.abort(new Error('taken over'));
    await expect(cancelling).rejects.toThrow(/taken over/);
  });
});
