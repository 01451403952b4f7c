import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FleetModule } from './fleet.module.ts';

const TOKEN = 'the-token-of-a-garage';
const CAR = { licensePlate: 'B-AA 1', model: 'Golf', year: 2020 };

const before = { ...process.env };
let folder: string;
let app: INestApplication;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-fleet-'));
});
afterEach(async () => {
  await app.close();
  process.env = { ...before };
  await rm(folder, { recursive: true, force: true });
});

async function serve(environment: Record<string, string>): Promise<string> {
  Object.assign(process.env, {
    SPARK_MODULE_NAME: 'Fleet',
    SPARK_STORE: `sqlite:${join(folder, 'fleet.db')}`,
    SPARK_KEYS_DIR: folder,
    NATS_URL: 'nats://127.0.0.1:9',
    ...environment,
  });
  app = await NestFactory.create(FleetModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

const ask = async (url: string, method = 'GET', token?: string): Promise<number> => {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const { status } = await fetch(url, {
    method,
    headers,
    body: method === 'GET' ? null : JSON.stringify(CAR),
  });
  return status;
};

describe('the cars of Fleet', () => {
  it('are open in development', async () => {
    const url = await serve({});
    expect([await ask(`${url}/cars`, 'POST'), await ask(`${url}/cars`)]).toEqual([201, 200]);
  });

  it('require a token where tokens are set', async () => {
    const url = await serve({ SPARK_API_TOKENS: `garage:${TOKEN}` });
    expect([await ask(`${url}/cars`, 'POST'), await ask(`${url}/cars`)]).toEqual([401, 401]);
    expect([await ask(`${url}/cars`, 'POST', TOKEN), await ask(`${url}/cars`, 'GET', TOKEN)]).toEqual([
      201, 200,
    ]);
    expect(await ask(`${url}/health/live`)).toBe(200);
  });
});
