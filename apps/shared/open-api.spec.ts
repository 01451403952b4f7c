import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Handle } from './describe-api.ts';
import { serveOpenApi } from './open-api.ts';

@Controller('api/things')
class ThingsController {
  @Get()
  list(): string[] {
    return ['one'];
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

let app: INestApplication;
const ask = async (path: string): Promise<Response> => fetch(new URL(path, await app.getUrl()));

beforeAll(async () => {
  app = await NestFactory.create(ThingsModule, { logger: false });
  serveOpenApi(app, { name: 'Things', description: 'All things' });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

it('describes a running app, and leaves the app its own routes below /api/', async () => {
  expect(await (await ask('/api/things')).json()).toEqual(['one']);
  expect(await (await ask('/api-json?x=1')).json()).toMatchObject({
    info: { title: 'Things', description: 'All things' },
    paths: { '/api/things': {} },
  });
  expect(await (await ask('/api-yaml')).text()).toContain('/api/things:');
  expect(await (await ask('/api/things')).json()).toEqual(['one']);
});

it.each([
  '/api',
  '/api/',
  '/API',
  '/api/swagger-ui-init.js',
  '/api/swagger-ui-bundle.js',
  '/api/favicon-32x32.png',
])('serves %s as part of its page for people', async (path) => expect((await ask(path)).status).toBe(200));

it.each(['/api/swagger-ui-none.js', '/api/none', '/api-none'])('answers %s as the app does', async (path) => {
  const answer = await ask(path);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ statusCode: 404 });
});

it('is loaded with the next request when it cannot be loaded with the first', async () => {
  const other = await NestFactory.create(ThingsModule, { logger: false });
  const load = jest.fn<() => Promise<() => Handle>>();
  load.mockRejectedValueOnce(new Error('too many open files'));
  load.mockResolvedValue(() => (_request, response) => void response.end('described'));
  serveOpenApi(other, { name: 'Things', description: 'All things' }, load);
  await other.listen(0, '127.0.0.1');
  const api = new URL('/api', await other.getUrl());
  expect((await fetch(api)).status).toBe(500);
  for (let time = 0; time < 2; time++) expect(await (await fetch(api)).text()).toBe('described');
  expect(load).toHaveBeenCalledTimes(2);
  await other.close();
});
