import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkBusModule } from '@nestjs-spark/bus';
import { UnavailableError } from '@nestjs-spark/contracts';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { startNats, startRavenDb, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { SparkStoreModule, StorePreparation } from '@nestjs-spark/store';
import { STATE_STORE } from '@nestjs-spark/store/internal';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { ask } from '../support/http.ts';

const own = { temporary: true, log: () => undefined } as const;
const ATTEMPTS = 500;
const BACK_MS = 60_000;

describeWithOwnServers(['ravendb', 'nats'], 'While RavenDB and NATS are away', () => {
  let ravendb: ServerHandle;
  let nats: ServerHandle;
  let app: INestApplication;
  let url: string;
  const warnings: string[] = [];

  beforeAll(async () => {
    [ravendb, nats] = await Promise.all([startRavenDb(own), startNats(own)]);
    @Module({
      imports: [
        ObservabilityModule.forRoot(),
        SparkStoreModule.forRoot({ ravendb: { urls: [ravendb.url], database: 'SparkOutages' } }),
        SparkBusModule.forRoot({ name: 'Outages', natsUrl: nats.url }),
      ],
    })
    class Application {}
    const warn = (line: string) => void warnings.push(line);
    app = await NestFactory.create(Application, { logger: { log: () => {}, error: warn, warn } });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await eventually(() => app.get(StorePreparation).readiness().ready, { timeoutMs: BACK_MS });
  }, 120_000);

  afterAll(async () => {
    await app?.close();
    await Promise.all([ravendb?.stop(), nats?.stop()]);
  });

  const read = () => app.get<StateStore>(STATE_STORE).read('outages/1');
  const states = async (): Promise<Record<string, number>> => {
    const { body } = await ask<string>(`${url}/metrics`);
    const found = body.matchAll(/^spark_breaker_state\{target="([^":]+)[^"]*"\} (\d)$/gm);
    return Object.fromEntries([...found].map(([, target = '', state]) => [target, Number(state)]));
  };
  const detail = async (): Promise<string> => {
    const { body } = await ask<{ details: { breakers: { detail: string } } }>(`${url}/health/ready`);
    return body.details.breakers.detail;
  };

  it('nothing is sent to them after a few failures, health and metrics say so, and it is a line each in the log', async () => {
    await eventually(async () => expect(await states()).toEqual({ ravendb: 0, nats: 0 }));
    expect(await detail()).toBe('all closed');
    await Promise.all([ravendb.kill9(), nats.kill9()]);
    const failures: unknown[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++)
      await read().catch((error: unknown) => failures.push(error));
    expect(failures).toHaveLength(ATTEMPTS);
    expect(failures.every((error) => error instanceof UnavailableError)).toBe(true);
    await eventually(async () => expect(await states()).toMatchObject({ ravendb: 2, nats: 2 }));
    expect(await detail()).toMatch(
      /nats open: .*; ravendb:127\.0\.0\.1:\d+ open: .*has not answered 5 times/,
    );
    expect(warnings.filter((line) => line.includes('has not answered'))).toHaveLength(1);
    expect(warnings.filter((line) => /NATS/.test(line)).length).toBeLessThanOrEqual(3);
    expect(warnings.length).toBeLessThanOrEqual(8);
  }, 60_000);

  it('they are used again soon after they are back', async () => {
    await Promise.all([ravendb.restart(), nats.restart()]);
    await eventually(async () => expect(await read()).toBeNull(), { timeoutMs: BACK_MS });
    await eventually(async () => expect(await states()).toEqual({ ravendb: 0, nats: 0 }), {
      timeoutMs: BACK_MS,
    });
    expect(await detail()).toBe('all closed');
  }, 150_000);
});
