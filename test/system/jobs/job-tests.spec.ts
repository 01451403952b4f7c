import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestReport } from '@nestjs-spark/jobs/internal';
import { JobsApp, OPERATOR } from './jobs-app.ts';

const operator = { authorization: `Bearer ${OPERATOR}` };
const ann = { authorization: 'Bearer token-of-ann-0123456789' };
const bob = { authorization: 'Bearer token-of-bob-0123456789' };

describe('A test of jobs', () => {
  let jobs: JobsApp;
  beforeAll(async () => {
    jobs = await JobsApp.start({
      SPARK_JOBS_TOKENS: 'ann:token-of-ann-0123456789,bob:token-of-bob-0123456789',
    });
  });
  afterAll(() => jobs.stop());

  const report = async (testId: string, headers: Record<string, string> = ann): Promise<TestReport> => {
    for (;;) {
      const { body } = await jobs.ask('GET', `/api/tests/${testId}`, undefined, headers);
      const found = body as unknown as TestReport;
      if (found.status !== 'Running') return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const start = async (type: string, body: object = {}): Promise<string> => {
    const answer = await jobs.ask('POST', `/api/tests/${type}`, body, ann);
    expect(answer.status).toBe(202);
    return (answer.body as unknown as { testId: string }).testId;
  };
  const failed = ({ checks }: TestReport) => checks.filter(({ passed }) => !passed);

  it('under load puts all records through, and reports how fast', async () => {
    const found = await report(await start('load', { records: 1_000 }));
    expect(failed(found)).toEqual([]);
    expect(found).toMatchObject({ testType: 'load', status: 'Passed' });
    expect(found.jobIds).toHaveLength(20);
    for (const figure of ['recordsPerSecond', 'submitP99Ms', 'queueP50Ms', 'runP99Ms'])
      expect(found.figures[figure]).toBeGreaterThanOrEqual(0);
    expect(found.dataSize).toBeGreaterThan(50_000);
  });

  it('of edge cases passes every one of them', async () => {
    const found = await report(await start('edge'));
    expect(failed(found)).toEqual([]);
    expect(found.checks.length).toBeGreaterThan(10);
  });

  it('of regressions passes against the published baseline, and fails against another one', async () => {
    const found = await report(await start('regression'));
    expect(failed(found)).toEqual([]);
    expect((await jobs.ask('POST', '/api/tests/regression/baseline', {}, ann)).status).toBe(403);
    const stored = await jobs.ask('POST', '/api/tests/regression/baseline', {}, operator);
    expect(stored.status).toBe(200);
    expect((await report(await start('regression'))).status).toBe('Passed');
  });

  it('is shown to whoever has started it, and to operators', async () => {
    const testId = await start('regression');
    expect((await report(testId, operator)).testId).toBe(testId);
    expect((await jobs.ask('GET', `/api/tests/${testId}`, undefined, bob)).status).toBe(404);
    expect((await jobs.ask('GET', '/api/tests/none', undefined, ann)).status).toBe(404);
    await report(testId);
  });

  it.each([
    ['load', { records: 0 }],
    ['load', { records: 1_000_001 }],
    ['load', { backend: 'none' }],
    ['edge', { records: 5 }],
    ['regression', { unknown: 1 }],
  ])('is refused: %s %j', async (type, body) => {
    expect((await jobs.ask('POST', `/api/tests/${type}`, body, ann)).status).toBe(400);
  });
});
