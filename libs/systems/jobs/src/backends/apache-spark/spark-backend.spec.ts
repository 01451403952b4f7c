import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConnectAddress } from '@nestjs-spark/apache-spark/text';
import { runningTasks, uuidOf } from '@nestjs-spark/apache-spark/internal';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { startApacheSpark, type ApacheSparkCluster } from '@nestjs-spark/servers/internal';
import { describeWithApacheSpark, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { jobBackendConformance } from '../../fixtures/job-backend.conformance.ts';
import { sparkApplications } from '../../fixtures/spark-applications.ts';
import { sameScripts } from '../../fixtures/same-scripts.ts';
import { endOf, orders, runOver, runToEnd } from '../../fixtures/script-run.ts';
import type { RunHandle } from '../../job/backend.ts';
import { JobHandlers } from '../../job/handler.ts';
import { JobsApiModule } from '../../module/jobs-api.module.ts';
import { SparkJobsModule } from '../../module/spark-jobs.module.ts';
import type { JobView } from '../../serve/view.ts';
import { MemoryBackend } from '../memory-backend.ts';
import { openSparkBackend } from './open.ts';
import type { SparkBackend } from './spark-backend.ts';

const OPERATOR = 'the-operator-token-of-this-test';
const PATIENCE = { timeoutMs: 120_000 };
const STARTED_ELSEWHERE = fileURLToPath(new URL('../../fixtures/start-a-run.ts', import.meta.url));
/** Runs for minutes, in steps that each are short enough for a document. */
const LONG = 'let n = 0; for (let i = 0; i < 5e4; i++) n += i % 7; loadToOrders({ Total: this.Total, n });';
await describeWithApacheSpark([], 'Jobs on Apache Spark', () => {
  let cluster: ApacheSparkCluster;
  let memory: MemoryBackend;
  let spark: SparkBackend;

  const openBackend = (changes: { node?: string } = {}): Promise<SparkBackend> => {
    const connect = readConnectAddress(cluster.connectUrl);
    if (typeof connect === 'string') throw new Error(connect);
    const { uiUrl: ui, pythonVersion: python } = cluster;
    return openSparkBackend({
      connect,
      ui,
      python,
      node: process.execPath,
      log: new MemoryLogger(),
      ...changes,
    });
  };

  beforeAll(async () => {
    cluster = await startApacheSpark();
    memory = new MemoryBackend(new JobHandlers());
    spark = await openBackend();
  }, 600_000);
  afterAll(async () => {
    await spark.close();
    await memory.close();
    await cluster.stop();
  }, 60_000);

  jobBackendConformance(async () => ({ backend: spark, close: async () => undefined }));

  sameScripts(() => ({ spark, memory, openBackend }));
  sparkApplications(() => cluster);

  describe('a statement', () => {
    const sql = (text: string, documents = orders(0), args?: object) =>
      runOver({ kind: 'sql', sql: text, args }, documents);

    it('reads the documents of its job', async () => {
      const text =
        "SELECT id, CAST(get_json_object(document, '$.Total') AS INT) AS total FROM input ORDER BY total DESC LIMIT 1";
      const { result } = await runToEnd(spark, sql(text, orders(12)));
      expect(result).toBe('[{"id":"orders/11","total":11}]');
    });

    it('that changes something has no rows', async () => {
      const { ended, result } = await runToEnd(spark, sql('CREATE TEMPORARY VIEW v AS SELECT 1'));
      expect(ended).toMatchObject({ outcome: 'succeeded', documents: 0 });
      expect(result).toBe('[]');
    });

    it('that is wrong fails with the name and the words of Apache Spark, and the rest as its log', async () => {
      const { ended } = await runToEnd(spark, sql('SELECT * FROM nowhere'));
      expect(ended).toMatchObject({
        outcome: 'failed',
        cause: {
          class: 'user',
          code: 'TABLE_OR_VIEW_NOT_FOUND',
          message: expect.stringContaining('`nowhere` cannot be found'),
          log: expect.stringContaining('SQLSTATE: 42P01'),
        },
      });
    });
  });

  describe('a run', () => {
    const long = (runId: string) => runOver(LONG, orders(60_000), { runId });
    const tasksOf = (runId: string): Promise<number> => runningTasks(cluster.uiUrl, [uuidOf(`${runId}/0/0`)]);
    const untilRunning = (runId: string) =>
      eventually(async () => expect(await tasksOf(runId)).toBe(1), PATIENCE);

    it('is cancelled only when its tasks are gone, and then its cores are free', async () => {
      const run = long(`${crypto.randomUUID()}:1`);
      const handle = await spark.start(run);
      await untilRunning(run.runId);
      const proof = await spark.cancel(handle);
      expect(await tasksOf(run.runId)).toBe(0);
      expect(proof).toMatchObject({ source: 'spark-connect' });
      expect(await endOf(spark, handle)).toMatchObject({ outcome: 'cancelled' });
      const next = await runToEnd(spark, runOver('loadToOrders({});', orders(1)));
      expect(next.ended).toMatchObject({ outcome: 'succeeded' });
    }, 300_000);

    /** A process that starts a run and is killed as soon as the cluster executes it. */
    const startAndKill = async (runId: string, documents: number): Promise<void> => {
      const env = {
        ...process.env,
        CONNECT_URL: cluster.connectUrl,
        UI_URL: cluster.uiUrl,
        PYTHON: cluster.pythonVersion,
        RUN_ID: runId,
        SCRIPT: LONG,
        DOCUMENTS: String(documents),
      };
      const child = spawn(process.execPath, ['--conditions=@nestjs-spark/source', STARTED_ELSEWHERE], {
        env,
        stdio: 'inherit',
      });
      await untilRunning(runId);
      child.kill('SIGKILL');
    };

    /** Its tasks have ended before the cancellation is proven. */
    const expectCancelled = async (next: SparkBackend, handle: RunHandle): Promise<void> => {
      expect(await next.cancel(handle)).toMatchObject({ source: 'spark-connect' });
      expect(await tasksOf(handle.runId)).toBe(0);
      expect(await endOf(next, handle)).toMatchObject({ outcome: 'cancelled' });
      await next.release(handle);
      await next.close();
    };

    it('of a process that was killed is cancelled by the next one, with everything that the first had started', async () => {
      const runId = `${crypto.randomUUID()}:1`;
      await startAndKill(runId, 60_000);
      const next = await openBackend();
      expect(await next.find(runId)).toBe('unknown');
      await expectCancelled(next, await next.start(long(runId)));
    }, 300_000);

    it('of a process that was killed while it was cancelled is stopped by the next one, which starts nothing', async () => {
      const runId = `${crypto.randomUUID()}:1`;
      await startAndKill(runId, 60_000);
      const next = await openBackend();
      const handle = await next.find(runId, { run: long(runId), startedAt: new Date().toISOString() });
      if (typeof handle === 'string') throw new Error(`it is ${handle}`);
      expect(await tasksOf(runId)).toBe(1);
      await expectCancelled(next, handle);
    }, 300_000);

    it('of a process that was killed is taken over where it is, and executed once', async () => {
      const runId = `${crypto.randomUUID()}:1`;
      await startAndKill(runId, 300);
      const run = runOver(LONG, orders(300), { runId });
      const { ended, sha256 } = await runToEnd(spark, run);
      expect(ended).toMatchObject({ outcome: 'succeeded', documents: 300 });
      expect(sha256).toBe((await runToEnd(memory, run)).sha256);
      expect(await runsOf(runId)).toBe(1);
    }, 300_000);

    it('that another process has taken over goes on when the first one leaves it', async () => {
      const run = runOver(LONG, orders(300));
      const first = await openBackend();
      const handle = await first.start(run);
      await untilRunning(run.runId);
      await first.leave(handle);
      expect(await tasksOf(run.runId)).toBe(1);
      await first.close();
      expect((await runToEnd(spark, run)).ended).toMatchObject({ outcome: 'succeeded', documents: 300 });
      expect(await runsOf(run.runId)).toBe(1);
    }, 300_000);

    /** How many jobs of Apache Spark a run was. */
    const runsOf = async (runId: string): Promise<number> => {
      const base = `${cluster.uiUrl}/api/v1/applications`;
      const [{ id = '' } = {}] = (await (await fetch(base)).json()) as { id: string }[];
      const jobs = (await (await fetch(`${base}/${id}/jobs`)).json()) as { jobTags?: string[] }[];
      const ids = [0, 1].map((life) => uuidOf(`${runId}/0/${life}`));
      return jobs.filter(({ jobTags = [] }) => jobTags.some((tag) => ids.some((one) => tag.endsWith(one))))
        .length;
    };
  });

  describe('a job over HTTP', () => {
    let app: INestApplication;
    let url: string;
    beforeAll(async () => {
      process.env['SPARK_OPERATOR_TOKEN'] = OPERATOR;
      const apacheSpark = {
        connectUrl: cluster.connectUrl,
        uiUrl: cluster.uiUrl,
        executorPython: cluster.pythonVersion,
        executorNode: process.execPath,
      };
      @Module({
        imports: [
          SparkAuthModule.forRoot(),
          SparkJobsModule.forRoot({ store: 'memory', apacheSpark }),
          JobsApiModule,
        ],
      })
      class App {}
      app = await NestFactory.create(App, { logger: false, abortOnError: false, bodyParser: false });
      await app.listen(0, '127.0.0.1');
      url = await app.getUrl();
    });
    afterAll(() => app.close());

    const submit = async (body: object, token?: string) => {
      const headers = {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      };
      const answer = await fetch(`${url}/api/jobs`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as JobView & { detail: string } };
    };
    const ended = async (jobId: string): Promise<JobView> => {
      for (;;) {
        const headers = { authorization: `Bearer ${OPERATOR}` };
        const job = (await (
          await fetch(`${url}/api/jobs/${jobId}?waitMs=30000`, { headers })
        ).json()) as JobView;
        if (job.endedAt !== null) return job;
      }
    };
    const resultOf = async (jobId: string): Promise<string> => {
      const headers = { authorization: `Bearer ${OPERATOR}` };
      return (await fetch(`${url}/api/jobs/${jobId}/result`, { headers })).text();
    };

    it('has the same result, byte for byte, on Apache Spark and in memory', async () => {
      const body = {
        name: 'totals',
        transformation: {
          kind: 'script',
          collection: 'Orders',
          script: 'loadToTotals({ T: this.Total, N: this.Name });',
        },
        input: { documents: orders(50) },
        cache: 'off',
      };
      const [there, here] = [
        await submit({ ...body, backend: 'spark' }),
        await submit({ ...body, backend: 'memory' }),
      ];
      const [onSpark, inMemory] = [await ended(there.body.jobId), await ended(here.body.jobId)];
      expect(onSpark).toMatchObject({
        status: 'Succeeded',
        backend: 'spark',
        progress: { done: 50, total: 50 },
      });
      expect(inMemory).toMatchObject({ status: 'Succeeded', backend: 'memory' });
      expect(onSpark.result?.sha256).toBe(inMemory.result?.sha256);
      expect(await resultOf(onSpark.jobId)).toBe(await resultOf(inMemory.jobId));
    });

    it('runs a statement for operators, and for nobody else', async () => {
      const transformation = {
        kind: 'sql',
        sql: 'SELECT id * :by AS tens, 1.10 AS d FROM range(2)',
        args: { by: 10 },
      };
      const refused = await submit({ name: 'tens', transformation });
      expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('Only operators')]);
      const { body } = await submit({ name: 'tens', transformation }, OPERATOR);
      expect(await ended(body.jobId)).toMatchObject({
        status: 'Succeeded',
        backend: 'spark',
        backendReason: { rule: 'only' },
      });
      expect(await resultOf(body.jobId)).toBe('[{"tens":0,"d":1.10},\n{"tens":10,"d":1.10}]');
    });
  });
});
