import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkAuthModule } from '@nestjs-spark/auth';
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
});
