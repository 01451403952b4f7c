import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { JobsService } from '../serve/jobs.service.ts';
import { SparkJobsModule } from './spark-jobs.module.ts';

@Module({
  imports: [
    SparkAuthModule.forRoot({ issuer: 'https://issuer.test' }),
    SparkJobsModule.forRoot({ store: 'memory', concurrency: 0 }),
  ],
})
class Application {}

describe('An application with jobs', () => {
  it('is told of wrong settings of jobs together with those of its other modules', async () => {
    const starting = NestFactory.createApplicationContext(Application, {
      logger: false,
      abortOnError: false,
    });
    const error: unknown = await starting.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/concurrency \(SPARK_JOBS_CONCURRENCY\) has to be a whole number/);
    expect(String(error)).toMatch(/audience \(SPARK_API_AUDIENCE\) is missing/);
  });

  it('takes rows of CSV from an address as the documents of a job', async () => {
    const server = createServer((_, response) => response.end('id,Total\no/1,007\no/2,8\n'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in/`;
    @Module({ imports: [SparkJobsModule.forRoot({ store: 'memory', inputPrefixes: [prefix] })] })
    class WithPrefix {}
    const app = await NestFactory.createApplicationContext(WithPrefix, { logger: false });
    try {
      const jobs = app.get(JobsService);
      const submitted = await jobs.submit({
        name: 'totals',
        transformation: {
          kind: 'script',
          collection: 'Orders',
          script: 'loadToOrders({ Total: this.Total });',
        },
        input: { url: `${prefix}orders.csv`, format: 'csv' },
      });
      expect(submitted).toMatchObject({ input: { form: 'documents', documents: 2 } });
      expect(await jobs.get(submitted.jobId, undefined, 30_000)).toMatchObject({
        status: 'Succeeded',
        result: { documents: 2, failed: 0 },
      });
    } finally {
      await app.close();
      server.close();
    }
  });
});
