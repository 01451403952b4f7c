import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  All,
  Controller,
  Delete,
  Get,
  Module,
  Post,
  VersioningType,
  type INestApplication,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { ObservabilityModule } from '../observability.module.ts';
import { SystemRoute } from '../routes/spark-route.ts';
import { SparkProblemModule } from './problem.module.ts';

@Controller('api/toys')
@SystemRoute()
class ToyController {
  @Get()
  list(): string[] {
    return [];
  }

  @Post([':id/throw', ':id/catch'])
  move(): object {
    return {};
  }

  @Delete(':id')
  remove(): object {
    return {};
  }
}

@Controller()
class OwnController {
  @Post('own/api/toys')
  make(): object {
    return {};
  }

  @Get('cats/*')
  cat(): object {
    return {};
  }

  @All('dogs')
  dogs(): object {
    return {};
  }
}

const controllers = [ToyController, OwnController];

@Module({ imports: [ObservabilityModule.forRoot()], controllers })
class PlainModule {}

@Module({ imports: [SparkProblemModule, ObservabilityModule.forRoot()], controllers })
class StrictModule {}

describe.each(['express', 'fastify'])('a verb that a path does not take on %s', (platform) => {
  let app: INestApplication;
  afterEach(() => app.close());

  async function start(root: object, set: (app: INestApplication) => void = () => undefined) {
    const module = await Test.createTestingModule({ imports: [root as typeof PlainModule] }).compile();
    const options = { logger: false } as const;
    app =
      platform === 'fastify'
        ? module.createNestApplication(new FastifyAdapter(), options)
        : module.createNestApplication(options);
    set(app);
    await app.listen(0, '127.0.0.1');
    return request(app.getHttpServer() as Server);
  }

  it('is answered with 405 and those that it takes, on routes of systems and of Spark', async () => {
    const server = await start(PlainModule);
    const { body } = await server.put('/api/toys').send({ a: 1 }).expect(405).expect('allow', 'GET, HEAD');
    expect(body).toMatchObject({
      type: 'urn:spark:problem:method-not-allowed',
      detail: 'Supported here: GET, HEAD.',
    });
    await server.get('/api/toys/7/catch?x=1').expect(405).expect('allow', 'POST');
    await server.post('/api/toys/7/').expect(405).expect('allow', 'DELETE');
    await server.delete('/health/live').expect(405).expect('allow', 'GET, HEAD');
    await server.head('/api/toys').expect(200);
  });

  it("is the application's own matter on its own routes", async () => {
    const server = await start(PlainModule);
    await server.delete('/cats/7').expect(404);
    await server.post('/own/api/toys').expect(201);
    await server.put('/own/api/toys').expect(404);
    await server.post('/api/toys/7/lose').expect(404);
    expect((await server.options('/api/toys')).status).not.toBe(405);
  });

  it('is answered on all routes of an application whose errors are problems', async () => {
    const server = await start(StrictModule);
    await server.delete('/cats/7/8').expect(405).expect('allow', 'GET, HEAD');
    await server.patch('/dogs').expect(200);
    await server.delete('/birds').expect(404);
  });

  it('is known below a prefix and a version too', async () => {
    const server = await start(PlainModule, (one) => {
      one.setGlobalPrefix('shop');
      one.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    });
    await server.put('/shop/v1/api/toys').expect(405).expect('allow', 'GET, HEAD');
    await server.get('/shop/v1/api/toys').expect(200);
  });
});
