import { ProblemError } from '@nestjs-spark/contracts';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { JobSubmission } from '../submit/submission.ts';
import type { TestJobs } from './test-jobs.ts';
import type { TestNotes } from './test-report.ts';

const TOTAL = 'loadToTotals({ Total: this.Total });';
const ENDLESS = 'for (;;) {} loadToTotals({});';

const scriptJob = (
  script: string,
  documents: { id: string; document: object }[],
  more: object = {},
): JobSubmission => ({
  name: 'edge case',
  transformation: { kind: 'script', collection: 'Orders', script },
  input: { documents },
  ...more,
});
const one = (document: object = { Total: 1 }) => [{ id: 'orders/1', document }];
const MEBIBYTES = Array.from({ length: 9 }, (_, number) => ({
  id: `orders/${number}`,
  document: { Name: number, Text: 'x'.repeat(1024 ** 2) },
}));

/** A case returns what it found, and for which job. */
interface EdgeCase {
  name: string;
  expected: unknown;
  run(jobs: TestJobs): Promise<{ found: unknown; jobId?: string }>;
}

const result =
  (script: string, documents: { id: string; document: object }[], read: (text: string) => unknown) =>
  async (jobs: TestJobs) => {
    const { jobId, status, cause } = await jobs.run(scriptJob(script, documents));
    return {
      jobId,
      found: status === 'Succeeded' ? read(await jobs.text(jobId)) : (cause?.message ?? status),
    };
  };
const lines = (text: string): number => text.split('\n').length - 1;
const has = (part: string) => (text: string) => text.includes(part);

/** The refusal that a caller gets instead of a job. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return error instanceof ProblemError ? `${error.status} ${error.kind}` : messageOf(error);
  }
}

const CASES: readonly EdgeCase[] = [
  { name: 'an empty input gives an empty result', expected: 0, run: result(TOTAL, [], lines) },
  { name: 'one document gives one line', expected: 1, run: result(TOTAL, one(), lines) },
  {
    name: 'texts come back as they are',
    expected: true,
    run: result(TOTAL, one({ Total: 'ß\u2028\t日本' }), has(JSON.stringify('ß\u2028\t日本'))),
  },
  {
    name: 'an input of more than 8 MiB is processed whole',
    expected: MEBIBYTES.length,
    run: result('loadToOrders({ Name: this.Name });', MEBIBYTES, lines),
  },
  {
    name: 'a document that fails keeps its place',
    expected: [2, true],
    run: result(
      'if (this.Total === 1) throw new Error("one"); loadToTotals({});',
      [...one(), { id: 'orders/2', document: {} }],
      (text) => [lines(text), text.startsWith('{"id":"orders/1","status":"failed"')],
    ),
  },
  {
    name: 'a document that fails fails the job that asks for it, with its line',
    expected: ['Failed', 'user', 2],
    run: async (jobs) => {
      const { jobId, status, cause } = await jobs.run(
        scriptJob('\nthrow new Error("no"); loadToTotals({});', one(), { onDocumentFailure: 'fail' }),
      );
      return { jobId, found: [status, cause?.class, cause?.line] };
    },
  },
  {
    name: 'a script that cannot be compiled is refused',
    expected: '422 jobRefused',
    run: async (jobs) => ({ found: await refusal(jobs.submit(scriptJob('loadToTotals({', one()))) }),
  },
  {
    name: 'an unknown handler is refused',
    expected: '422 jobRefused',
    run: async (jobs) => ({
      found: await refusal(
        jobs.submit({
          name: 'edge case',
          backend: 'auto',
          transformation: { kind: 'handler', handler: 'there-is-none' },
        }),
      ),
    }),
  },
  {
    name: 'a job that waits is cancelled at once',
    expected: ['Cancelled', 'queue'],
    run: async (jobs) => {
      const runAt = new Date(Date.now() + 3_600_000).toISOString();
      const { jobId } = await jobs.submit(scriptJob(TOTAL, one(), { runAt }));
      const { status, cancel } = await jobs.cancel(jobId);
      return { jobId, found: [status, cancel?.proof?.source] };
    },
  },
  {
    name: 'a job that runs is cancelled with a proof, and cancelling it again does no harm',
    expected: ['Cancelled', true, 'Cancelled'],
    run: async (jobs) => {
      const { jobId } = await jobs.submit(scriptJob(ENDLESS, one()));
      await jobs.until(jobId, 'Running');
      await jobs.cancel(jobId);
      const { status, cancel } = await jobs.ended(jobId);
      return { jobId, found: [status, Boolean(cancel?.proof), (await jobs.cancel(jobId)).status] };
    },
  },
  {
    name: 'a job that has ended cannot be cancelled',
    expected: '409 jobState',
    run: async (jobs) => {
      const { jobId } = await jobs.run(scriptJob(TOTAL, one()));
      return { jobId, found: await refusal(jobs.cancel(jobId)) };
    },
  },
  {
    name: 'a run that exceeds its timeout is stopped',
    expected: 'TimedOut',
    run: async (jobs) => {
      const { jobId, status } = await jobs.run(scriptJob(ENDLESS, one(), { timeoutMs: 300 }));
      return { jobId, found: status };
    },
  },
  {
    name: 'the same key is the same job',
    expected: true,
    run: async (jobs) => {
      const job = scriptJob(TOTAL, one(), { idempotencyKey: `edge-${crypto.randomUUID()}` });
      const [first, second] = [await jobs.submit(job), await jobs.submit(job)];
      return { jobId: first.jobId, found: first.jobId === second.jobId };
    },
  },
];

/** Tries common failures. */
export async function runEdgeTest(jobs: TestJobs, notes: TestNotes): Promise<void> {
  for (const { name, expected, run } of CASES) {
    try {
      const { found, jobId } = await run(jobs);
      notes.check(name, expected, found, jobId ?? null);
    } catch (error) {
      notes.check(name, expected, messageOf(error));
    }
  }
}
