import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Get, Module, Post, Req, type INestApplication } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ExpressAdapter } from '@nestjs/platform-express';
import { ObservabilityModule } from '@nestjs-spark/observability';
import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { OperatorToken } from '../identify/operator-token.ts';
import { TokenVerifier } from '../identify/token-verifier.ts';
import { ADMIT_PROVIDERS } from './providers.ts';
import { rawBodyOf } from './raw-body.ts';
import { SparkController } from './spark-controller.ts';

@SparkController('toys', { bodyBytes: 32 })
class ToyController {
  @Get()
  list(): string[] {
    return ['ball'];
  }

  @Post(':id/throw')
  throw(@Req() raw: Parameters<typeof rawBodyOf>[0]): { body: string } {
    return { body: rawBodyOf(raw)?.toString() ?? '' };
  }
}

@Module({
  imports: [DiscoveryModule, ObservabilityModule],
  controllers: [ToyController],
  providers: [
    ...ADMIT_PROVIDERS,
    { provide: OperatorToken, useValue: new OperatorToken('operator') },
    { provide: TokenVerifier, useValue: {} },
  ],
})
class ToyModule {}

let app: INestApplication;
afterEach(() => app?.close());

async function start(): Promise<Server> {
  const module = await Test.createTestingModule({ imports: [ToyModule] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.init();
  return app.getHttpServer() as Server;
}

/** Sends bytes as they are. @returns what comes back until the connection ends */
async function sendBytes(server: Server, bytes: string): Promise<string> {
  if (!server.listening) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end(bytes);
  return Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>)).toString();
}

const asOperator = { authorization: 'Bearer operator' };

describe('a route of a SparkController', () => {
  it('is guarded, and its body is there as it was sent', async () => {
    const server = await start();
    await request(server).post('/spark/toys/1/throw').send({ a: 1 }).expect(401);
    await request(server)
      .post('/spark/toys/1/throw')
      .set(asOperator)
      .set('content-type', 'application/json')
      .send('{ "a":1.10 }')
      .expect(201, { body: '{ "a":1.10 }' });
  });

  it('answers other verbs with 405 and those that it takes, written nowhere but on the handler', async () => {
    const server = await start();
    const refused = await request(server).delete('/spark/toys').expect(405);
    expect(refused.headers['allow']).toBe('GET, HEAD');
    expect(refused.body).toMatchObject({ status: 405, type: 'urn:spark:problem:method-not-allowed' });
    await request(server).get('/SPARK/Toys/7/throw/?x=1').expect(405).expect('allow', 'POST');
  });

  it('takes bodies up to its own bound, in JSON only', async () => {
    const server = await start();
    const post = () => request(server).post('/spark/toys/1/throw').set(asOperator);
    await post()
      .send({ text: 'x'.repeat(32) })
      .expect(413);
    await post().set('content-type', 'text/plain').send('ball').expect(415);
    await post().set('content-encoding', 'gzip').send({}).expect(415);
  });

  it('reads nothing of a body before its sender shows something that could be a credential', async () => {
    const server = await start();
    const large = 'x'.repeat(1_000);
    const post = () => request(server).post('/spark/toys/1/throw').set('content-type', 'application/json');
    const isNone = ({ body }: { body: { detail: string } }) =>
      expect(body.detail).toMatch(/^No token was sent/);
    const isWrong = ({ body }: { body: { detail: string } }) =>
      expect(body.detail).toMatch(/^The token is not valid here/);
    await post().send(large).expect(401).expect(isNone);
    await post().set('authorization', 'Basic a.b.c').send(large).expect(401).expect(isNone);
    await post().set('authorization', 'Bearer no-token').send(large).expect(401).expect(isWrong);
    await post()
      .set('authorization', `Bearer a.b.${'c'.repeat(9_000)}`)
      .send(large)
      .expect(401)
      .expect(isWrong);
    await post().set('authorization', 'Bearer a.b.c').send(large).expect(413);
  });

  it('is the same by its whole URL, and a target that is not a path is refused', async () => {
    const server = await start();
    const body = '{"a":1}';
    const headers = `Host: x\r\nAuthorization: Bearer operator\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
    const post = (target: string) =>
      sendBytes(server, `POST ${target} HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
    expect(await post('http://evil/spark/toys/1/throw')).toMatch(/^HTTP\/1.1 201 /);
    expect(await post('ftp://evil/spark/toys/1/throw')).toMatch(/^HTTP\/1.1 400 /);
    expect(await post(`/spark/toys/${'x'.repeat(12_000)}/throw`)).toMatch(/^HTTP\/1.1 201 /);
  });

  it('takes no body in a transfer encoding that nobody undoes', async () => {
    const server = await start();
    const headers =
      'Host: x\r\nAuthorization: Bearer operator\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close';
    const answer = await sendBytes(
      server,
      `POST /spark/toys/1/throw HTTP/1.1\r\n${headers}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
  });

  it('leaves everything else to the application', async () => {
    const server = await start();
    await request(server).get('/spark/other').expect(404);
    await request(server).get('/toys').expect(404);
    await request(server).get('/spark/toys/unknown/path').set(asOperator).expect(404);
  });
});

describe('a body that was parsed before', () => {
  const before = async (...parsers: RequestHandler[]): Promise<Server> => {
    const module = await Test.createTestingModule({ imports: [ToyModule] }).compile();
    const own = express();
    for (const parser of parsers) own.use(parser);
    app = module.createNestApplication(new ExpressAdapter(own), { logger: false });
    await app.init();
    return app.getHttpServer() as Server;
  };
  const send = (server: Server, body: string) =>
    request(server)
      .post('/spark/toys/1/throw')
      .set(asOperator)
      .set('content-type', 'application/json')
      .send(body);

  it('is there as JSON.stringify wrote it', async () => {
    await send(await before(express.json()), '{"a":1.5,"b":["x"]}').expect(201, {
      body: '{"a":1.5,"b":["x"]}',
    });
  });

  it('is there as it was sent where the parser kept the bytes', async () => {
    const keep = (incoming: object, _: object, bytes: Buffer) =>
      void Object.assign(incoming, { rawBody: bytes });
    await send(await before(express.json({ verify: keep })), '{ "a":1.10 }').expect(201, {
      body: '{ "a":1.10 }',
    });
  });

  it('keeps its bound, and a request without one is a request without one', async () => {
    const server = await before(express.json());
    await send(server, JSON.stringify({ text: 'x'.repeat(32) })).expect(413);
    await request(server).get('/spark/toys').set(asOperator).expect(200);
  });

  it('of which nothing is left is named with the remedy', async () => {
    const swallow: RequestHandler = (incoming, _, next) => {
      incoming.resume();
      incoming.once('end', () => next());
    };
    const answer = await send(await before(swallow), '{}').expect(500);
    expect(answer.body.detail).toMatch(/read the body.*app\.useBodyParser/);
  });
});
