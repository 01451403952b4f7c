import { describe, expect, it } from '@jest/globals';
import { jobBackendConformance } from '../fixtures/job-backend.conformance.ts';
import { orders, runOver, runToEnd } from '../fixtures/script-run.ts';
import { onePart } from '../job/content.ts';
import { JobHandlers } from '../job/handler.ts';
import { MemoryBackend } from './memory-backend.ts';

describe('The backend in this process', () => {
  jobBackendConformance(() => {
    const backend = new MemoryBackend(new JobHandlers());
    return { backend, close: () => backend.close() };
  });

  it('tells its handlers to end when it is closed, so that nothing holds the process', async () => {
    const handlers = new JobHandlers();
    const told = Promise.withResolvers<unknown>();
    handlers.add(
      { name: 'endless', version: 1 },
      { run: (_, { signal }) => void signal.addEventListener('abort', () => told.resolve(signal.reason)) },
    );
    const backend = new MemoryBackend(handlers);
    await backend.start({
      runId: 'job:1',
      jobId: 'job',
      attempt: 1,
      name: 'endless',
      transformation: { kind: 'handler', handler: 'endless' },
      options: { onDocumentFailure: 'keep', timeoutMs: 60_000 },
      submitter: 'ann',
      input: { form: 'none', bytes: 0, documents: 0, read: async function* () {} },
    });
    await new Promise(setImmediate);
    await backend.close();
    expect(await told.promise).toMatchObject({ message: 'The process ends' });
  });

  it.each([
    ['value', '{"id":9007199254740993}'],
    ['documents', '{"id":"a","document":{"Id":9007199254740993}}\n'],
  ] as const)('gives a handler no number other than the one that was sent: %s', async (form, text) => {
    const handlers = new JobHandlers();
    const seen: unknown[] = [];
    handlers.add({ name: 'see', version: 1 }, { run: (input: unknown) => void seen.push(input) });
    const backend = new MemoryBackend(handlers);
    const runOf = (content: string) =>
      runToEnd(backend, {
        ...runOver('', []),
        runId: content,
        transformation: { kind: 'handler', handler: 'see' },
        input: { form, bytes: content.length, documents: 1, read: () => onePart(content) },
      });
    expect((await runOf(text)).ended).toMatchObject({
      outcome: 'failed',
      cause: { class: 'user', code: 'inexact-number', message: expect.stringContaining('9007199254740993') },
    });
    await runOf(text.replace('9007199254740993', '1.0'));
    expect(JSON.stringify(seen)).toBe(form === 'value' ? '[{"id":1}]' : '[[{"id":"a","document":{"Id":1}}]]');
  });

  it('does not hold more of a result than it may, whatever a script makes of its documents', async () => {
    const backend = new MemoryBackend(new JobHandlers(), {}, 10_000);
    try {
      const script = "loadToOrders({ Text: 'x'.repeat(100) });";
      const few = await runToEnd(backend, runOver(script, orders(10)));
      expect(few.ended).toMatchObject({ outcome: 'succeeded', documents: 10 });
      const many = await runToEnd(backend, runOver(script, orders(1_000)));
      expect(many.ended).toMatchObject({
        outcome: 'failed',
        cause: { class: 'resource', code: 'result-too-large' },
      });
    } finally {
      await backend.close();
    }
  });
});
