import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { ObservabilityModule } from '../observability.module.ts';
import { SparkProblemModule } from '../in-front/problem.module.ts';
import type { HealthCheck } from './health-check.ts';
import { HealthChecks } from './health-checks.ts';
import { drainFault, drainSeconds } from './shutdown-drain.ts';

@Module({ imports: [ObservabilityModule.forRoot(), SparkProblemModule] })
class WatchedModule {}

const apps: INestApplication[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function start(...checks: HealthCheck[]) {
  const module = await Test.createTestingModule({ imports: [WatchedModule] }).compile();
  const app = await module.createNestApplication({ logger: false }).init();
  apps.push(app);
  const registry = app.get(HealthChecks);
  const removals = checks.map((check) => registry.add(check));
  return { server: app.getHttpServer(), removals };
}

const good: HealthCheck = { name: 'good', look: () => ({ ready: true, detail: 'fine', data: { count: 3 } }) };
const bad: HealthCheck = { name: 'bad', look: async () => ({ ready: false, detail: 'not yet' }) };

describe('/health', () => {
  it('is ready when nothing speaks against it', async () => {
    const { server } = await start(good);
    const { body } = await request(server).get('/health/ready').expect(200);
    expect(body).toMatchObject({ status: 'ok', info: { good: { status: 'up', detail: 'fine', count: 3 } } });
  });

  it("answers 503 in terminus' own form with every reason, regardless of the application's own filters", async () => {
    const { server, removals } = await start(good, bad);
    const answer = await request(server).get('/health/ready').expect(503);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.body).toMatchObject({
      status: 'error',
      error: { bad: { status: 'down', detail: 'not yet' } },
    });
    removals[1]?.();
    await request(server).get('/health/ready').expect(200);
  });

  it('takes a check that throws for not ready, without its secrets, and one that hangs too', async () => {
    const throwing: HealthCheck = {
      name: 'throwing',
      look: () => Promise.reject(new Error('no way to http://u:canary@h')),
    };
    const hanging: HealthCheck = { name: 'hanging', look: () => new Promise(() => undefined) };
    const { server } = await start(throwing, hanging);
    const { body, text } = await request(server).get('/health/ready').expect(503);
    expect(body.error).toMatchObject({ hanging: { detail: 'no answer within 2000 ms' }, throwing: {} });
    expect(text).not.toContain('canary');
  });

  it('is not ready from the first step of a shutdown on, and live until its end', async () => {
    const { server } = await start(good);
    const app = apps.pop();
    process.env['SPARK_DRAIN_SECONDS'] = '0.5';
    const closed = app?.close();
    try {
      await request(server).get('/health/live').expect(200);
      const { body } = await request(server).get('/health/ready').expect(503);
      expect(body.error).toEqual({ shutdown: { status: 'down', detail: 'this instance is shutting down' } });
    } finally {
      delete process.env['SPARK_DRAIN_SECONDS'];
      await closed;
    }
  });

  it.each([
    [{}, 0],
    [{ NODE_ENV: 'production' }, 5],
    [{ NODE_ENV: 'production', SPARK_DRAIN_SECONDS: '0' }, 0],
    [{ SPARK_DRAIN_SECONDS: '2.5' }, 2.5],
    [{ SPARK_DRAIN_SECONDS: ' ' }, 0],
    [{ SPARK_DRAIN_SECONDS: '-1' }, 0],
    [{ SPARK_DRAIN_SECONDS: '1e9' }, 0],
    [{ NODE_ENV: 'production', SPARK_DRAIN_SECONDS: 'soon' }, 5],
  ])('drains by the environment: %j is %d seconds', (environment, seconds) => {
    expect(drainSeconds(environment)).toBe(seconds);
  });

  it.each([
    [
      { SPARK_DRAIN_SECONDS: '30s' },
      /SPARK_DRAIN_SECONDS is "30s" and is not used: .* from 0 to 300\. .* 0 s$/,
    ],
    [{ NODE_ENV: 'production', SPARK_DRAIN_SECONDS: '600' }, /"600" .* A shutdown waits 5 s$/],
  ])('says at the start that %j is not used, and what is', (environment, fault) => {
    expect(drainFault(environment)).toMatch(fault);
    for (const right of [{}, { SPARK_DRAIN_SECONDS: ' ' }, { SPARK_DRAIN_SECONDS: '0' }])
      expect(drainFault(right)).toBeNull();
  });

  it('is live even when everything else is missing', async () => {
    const { server } = await start(bad);
    await request(server).get('/health/live').expect(200);
  });
});
