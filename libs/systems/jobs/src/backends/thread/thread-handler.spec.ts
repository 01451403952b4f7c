import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Doubled,
  Endless,
  hidden,
  Injected,
  IN_MAIN,
  Leaves,
  LogsNoText,
  SAME,
  SaysNothing,
  Throws,
  unnamed,
} from '../../fixtures/isolated-handlers.ts';
import { ThreadHandler } from './thread-handler.ts';
import { SparkJobsModule } from '../../module/spark-jobs.module.ts';
import { JobsService } from '../../serve/jobs.service.ts';

function start(...handlers: Type[]): Promise<INestApplicationContext> {
  @Module({
    imports: [
      SparkJobsModule.forRoot({ store: 'memory', concurrency: 2 }),
      SparkJobsModule.forFeature(handlers),
    ],
  })
  class Application {}
  return NestFactory.createApplicationContext(Application, { logger: false, abortOnError: false });
}

describe('a handler that is isolated in a thread', () => {
  let app: INestApplicationContext;
  let jobs: JobsService;
  beforeAll(async () => {
    app = await start(Doubled, Endless, Leaves, Throws, SaysNothing, LogsNoText, SAME[0], hidden());
    jobs = app.get(JobsService);
  }, 60_000);
  afterAll(() => app.close());

  const submit = (handler: string, value: unknown = null) =>
    jobs.submit({ name: handler, transformation: { kind: 'handler', handler }, input: { value } });
  const endOf = async (handler: string, value?: unknown) => {
    const { jobId } = await submit(handler, value);
    return jobs.get(jobId, undefined, 30_000);
  };

  it('makes its result from its input, and is heard meanwhile', async () => {
    const job = await endOf('doubled', 21);
    expect(job).toMatchObject({ status: 'Succeeded', progress: { done: 1, total: 1 } });
    expect(await jobs.value(job.jobId)).toEqual({
      doubled: 42,
      runId: job.attempts[0]?.runId,
      pid: process.pid,
      isMainThread: false,
      at: new Date(0).toISOString(),
    });
  });

  it('is cancelled whatever it does, and the proof is that its thread has ended', async () => {
    const { jobId } = await submit('endless');
    for (let status = ''; status !== 'Running'; { status } = await jobs.get(jobId))
      await new Promise(setImmediate);
    await jobs.cancel(jobId);
    expect(await jobs.get(jobId, undefined, 30_000)).toMatchObject({
      status: 'Cancelled',
      cancel: { proof: { source: 'thread' } },
    });
    expect(await endOf('doubled', 1)).toMatchObject({ status: 'Succeeded' });
  });

  it.each([
    ['throws', /^no paper.*tray 2 is empty/],
    ['leaves', /handler's thread exited with code 7/],
    ['says-nothing', /sent an unusable message/],
    ['logs-no-text', /sent an unusable message/],
    ['same', /exports several classes that are named Same/],
    ['hidden', /does not export the class Hidden.*Export it/],
  ])('fails alone, with the cause: one that %s', async (handler, message) => {
    const failed = await endOf(handler);
    expect(failed).toMatchObject({ status: 'Failed', cause: { message: expect.stringMatching(message) } });
    expect(await endOf('doubled', 1)).toMatchObject({ status: 'Succeeded' });
  });

  it('fails alone when it takes more memory than a thread has', async () => {
    const handler = new ThreadHandler('UsesAllMemory', pathToFileURL(IN_MAIN).href, 48);
    const context = { jobId: 'a', runId: 'a:1', attempt: 1, progress: () => {}, log: () => {} };
    const run = handler.run(null, { ...context, signal: new AbortController().signal });
    await expect(run).rejects.toThrow(/memory limit/);
  });

  it('is refused at the start when a thread could not construct it', async () => {
    const injected = { provide: Injected, useValue: new Injected('x') };
    await expect(start(injected as unknown as Type)).rejects.toThrow(
      /Injected has .*isolate: 'thread'.*its constructor has parameters .*remove "isolate"/,
    );
  });

  it('is refused at the start when its class inherits its decorator, which names the file of another', async () => {
    class Inherits extends Doubled {}
    await expect(start(Inherits)).rejects.toThrow(/Inherits inherits @TransformationJob.*give this class/);
  });

  it('is refused at the start when its class has no name', async () => {
    await expect(start(unnamed())).rejects.toThrow(/'unnamed' has isolate: 'thread'.*Name the class/);
  });

  it('is refused at the start when its file is the program itself', async () => {
    const [, main] = process.argv;
    try {
      process.argv[1] = IN_MAIN;
      await expect(start(Doubled)).rejects.toThrow(/Doubled has .*main file.*its own file/);
    } finally {
      process.argv[1] = main ?? '';
    }
  });
});
