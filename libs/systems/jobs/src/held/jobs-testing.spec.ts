import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { JobsService, OnJobEvent, SparkJobsModule, TransformationJob, type JobView } from '../index.ts';
import { JobsTesting } from '../testing.ts';

@Injectable()
class Reports {
  readonly heard: string[] = [];
  readonly jobs: JobsService;

  constructor(jobs: JobsService) {
    this.jobs = jobs;
  }

  make(pages: number, more: object = {}): Promise<JobView> {
    const transformation = { kind: 'handler' as const, handler: 'report' };
    return this.jobs.submit({ name: 'report', transformation, input: { value: { pages } }, ...more });
  }

  @OnJobEvent('Succeeded', { name: 'report' })
  done({ jobId }: JobView): void {
    this.heard.push(jobId);
  }
}

@TransformationJob({ name: 'mail', version: 1 })
class Mail {
  run(): never {
    throw new Error('an application under test sends no mail');
  }
}

@Module({
  imports: [SparkJobsModule.forRoot({ store: 'jetstream', role: 'api' })],
  providers: [Reports, Mail],
})
class AppModule {}

describe('An application with jobs under test', () => {
  let app: INestApplication | null = null;
  afterEach(async () => {
    await app?.close();
    app = null;
  });

  const start = async (testing = new JobsTesting()) => {
    const module = await testing.override(Test.createTestingModule({ imports: [AppModule] })).compile();
    app = module.createNestApplication({ logger: false });
    await app.init();
    return { testing, reports: app.get(Reports) };
  };

  it('has its jobs finished by the test, and hears of it', async () => {
    const { testing, reports } = await start();
    const { jobId } = await reports.make(3);
    const run = await testing.run({ handler: 'report' });
    expect(await run.input()).toEqual({ pages: 3 });
    run.succeed({ file: 'a.pdf' });
    expect(await reports.jobs.get(jobId, undefined, 5_000)).toMatchObject({
      status: 'Succeeded',
      backend: 'test',
    });
    expect(await reports.jobs.value(jobId)).toEqual({ file: 'a.pdf' });
    expect(reports.heard).toEqual([jobId]);
  });

  it('runs neither its handlers nor scripts', async () => {
    const { testing, reports } = await start();
    const script = { kind: 'script', collection: 'Orders', script: 'loadToOrders({});' };
    const jobs = [
      { transformation: { kind: 'handler', handler: 'mail' } },
      { transformation: script, input: { documents: [] } },
    ];
    for (const job of jobs) {
      const { jobId } = await reports.make(1, job);
      (await testing.run({ jobId })).succeed();
      expect(await reports.jobs.get(jobId, undefined, 5_000)).toMatchObject({ backend: 'test' });
    }
  });

  it('has its jobs fail, be tried again and be lost, as they would be', async () => {
    const { testing, reports } = await start();
    const { jobId } = await reports.make(1, { retry: { attempts: 2, delaysSeconds: [0] } });
    (await testing.run()).lose();
    (await testing.run()).fail('first');
    const last = await testing.run({ jobId });
    expect(last.attempt).toBe(3);
    last.fail('second');
    const job = await reports.jobs.get(jobId, undefined, 5_000);
    expect(job).toMatchObject({ status: 'Failed', cause: { message: 'second' } });
    expect(job.attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'failed', 'failed']);
  });

  it('cancels its jobs', async () => {
    const { testing, reports } = await start();
    const { jobId } = await reports.make(1);
    const run = await testing.run();
    await reports.jobs.cancel(jobId);
    expect(await reports.jobs.get(jobId, undefined, 5_000)).toMatchObject({ status: 'Cancelled' });
    expect(run.isCancelled).toBe(true);
  });

  it('is told which runs have begun when the one that it waits for has not', async () => {
    const { testing, reports } = await start(new JobsTesting({ timeoutMs: 50 }));
    await reports.make(1);
    await expect(testing.run({ name: 'other' })).rejects.toThrow(/\{"name":"other"\}.*others have: report/);
  });
});
