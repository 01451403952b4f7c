import type { Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Delete, Get, HttpCode, Module, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SparkProblemModule } from '@nestjs-spark/observability';
import request from 'supertest';
import { FleetModule } from '../../fleet/fleet.module.ts';
import { HrModule } from '../../hr/hr.module.ts';
import { StrictRequestsModule } from './strict-requests.module.ts';

@Controller('toys')
class ToyController {
  @Post()
  @HttpCode(200)
  make(@Body() body: unknown): { body: unknown } {
    return { body: body ?? null };
  }

  @Get(['', ':id'])
  show(): object {
    return {};
  }

  @Delete()
  @HttpCode(204)
  remove(): void {}
}

@Module({ imports: [SparkProblemModule, StrictRequestsModule], controllers: [ToyController] })
class ToyModule {}

describe('a body that is sent to an app', () => {
  let app: INestApplication;
  let server: Server;
  beforeEach(async () => {
    const module = await Test.createTestingModule({ imports: [ToyModule] }).compile();
    app = await module.createNestApplication({ logger: false }).init();
    server = app.getHttpServer() as Server;
  });
  afterEach(() => app.close());

  it.each([
    ['text/plain', '{"a":1}'],
    ['application/xml', '<a/>'],
    ['application/x-www-form-urlencoded', 'a=1'],
    ['application/jsonlines', '{"a":1}'],
    ['', '{"a":1}'],
  ])('is refused with 415 as %j', async (type, body) => {
    const { body: problem } = await request(server)
      .post('/toys')
      .set('content-type', type)
      .send(body)
      .expect(415);
    expect(problem).toMatchObject({ type: 'urn:spark:problem:unsupported-media', status: 415 });
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8'])('is taken as %j', async (type) => {
    const { body } = await request(server)
      .post('/toys')
      .set('content-type', type)
      .send('{"a":1}')
      .expect(200);
    expect(body).toEqual({ body: { a: 1 } });
  });

  it('is refused in a transfer encoding that nobody undoes', async () => {
    await app.listen(0, '127.0.0.1');
    const send = (transfer: string) => sendAs(transfer, Number(new URL(url).port));
    const url = await app.getUrl();
    expect(await send('gzip, chunked')).toMatch(/^HTTP\/1\.1 415 /);
    expect(await send('Chunked')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is looked at only where there is one, and where a route reads it', async () => {
    await request(server).post('/toys').expect(200);
    await request(server).post('/toys').set('content-type', 'text/plain').expect(200);
    await request(server).delete('/toys').set('content-type', 'text/plain').send('a').expect(204);
  });
});

async function sendAs(transfer: string, port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const headers = `Host: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: ${transfer}`;
  socket.write(`POST /toys HTTP/1.1\r\n${headers}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
  return await text(socket);
}

it.each([
  ['', 'wheels=4'],
  ['/7', 'page=1'],
])('a parameter that no route knows is refused by name: GET /toys%s?%s', async (path, query) => {
  const module = await Test.createTestingModule({ imports: [ToyModule] }).compile();
  const app = await module.createNestApplication({ logger: false }).init();
  const { body } = await request(app.getHttpServer() as Server)
    .get(`/toys${path}?${query}`)
    .expect(400);
  expect(body.detail).toBe(`${query.split('=')[0]} is not known here; none is expected.`);
  await app.close();
});

it('Fleet, HR and Notes refuse what they would not heed', async () => {
  process.env['SPARK_PEERS_NODE'] ??= 'a';
  const { NotesModule } = await import('../../notes/notes.module.ts');
  for (const app of [FleetModule, HrModule, NotesModule])
    expect(Reflect.getMetadata('imports', app)).toContain(StrictRequestsModule);
});
