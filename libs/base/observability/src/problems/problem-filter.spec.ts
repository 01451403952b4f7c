import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  Module,
  NotFoundException,
  Param,
  Post,
  type INestApplication,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Type } from 'class-transformer';
import { IsArray, IsInt, ValidateNested } from 'class-validator';
import request from 'supertest';
import {
  ContentRefusedError,
  defineProblem,
  ProblemError,
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
} from '@nestjs-spark/contracts';
import { SparkProblemModule } from '../in-front/problem.module.ts';

const LICENCE = defineProblem('licence', {
  title: 'The RavenDB licence does not include ETL',
  status: 422,
});

class Wheel {
  @IsInt()
  size!: number;
}

class Car {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Wheel)
  wheels!: Wheel[];
}

const FAILURES: Record<string, () => Error> = {
  problem: () => new ProblemError(LICENCE, 'No ETL.', { members: { database: 'X' } }),
  retry: () => new ProblemError('tooMany', 'Slowly.', { retryAfterSeconds: 2.2 }),
  away: () => new UnavailableError('RavenDB at http://u:canary@h cannot be reached'),
  conflict: () => new VersionConflictError('cars/1'),
  reserved: () =>
    new ContentRefusedError('Document "sparkKeys/x": its id begins like those of SparkKeys', 'sparkKeys/x'),
  map: () => new ContentRefusedError('canary cannot be stored: it is a Map', null),
  refused: () => new StoreRefusedError('canary'),
  missing: () => new NotFoundException('No car 7'),
  bug: () => new TypeError('canary is not a function'),
};

@Controller()
class FailingController {
  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    throw FAILURES[how]?.() ?? new Error('no such failure');
  }

  @Post('cars')
  create(@Body() car: Car): Car {
    return car;
  }
}

@Module({ imports: [SparkProblemModule], controllers: [FailingController] })
class FailingModule {}

let app: INestApplication;
beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [FailingModule] }).compile();
  app = await module.createNestApplication({ logger: false }).init();
});
afterAll(() => app.close());

const get = (path: string) => request(app.getHttpServer()).get(path);

describe('ProblemFilter', () => {
  it('answers a ProblemError as it says', async () => {
    const answer = await get('/fail/problem').expect(422);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:spark:problem:licence',
      title: 'The RavenDB licence does not include ETL',
      status: 422,
      detail: 'No ETL.',
      database: 'X',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('says when to try again', async () => {
    expect((await get('/fail/retry').expect(429)).headers['retry-after']).toBe('3');
    const away = await get('/fail/away').expect(503);
    expect([away.headers['retry-after'], away.body.type]).toEqual(['5', 'urn:spark:problem:unavailable']);
  });

  it('keeps the status and the words of what Nest throws, unknown paths included', async () => {
    expect((await get('/fail/missing').expect(404)).body).toMatchObject({
      type: 'urn:spark:problem:not-found',
      detail: 'No car 7',
    });
    expect((await get('/nowhere').expect(404)).headers['content-type']).toBe('application/problem+json');
    await get('/fail/conflict').expect(409);
    const broken = request(app.getHttpServer())
      .post('/cars')
      .set('content-type', 'application/json')
      .send('{');
    expect((await broken.expect(400)).headers['content-type']).toBe('application/problem+json');
  });

  it("answers an id that no store keeps as the caller's mistake, with the reason", async () => {
    expect((await get('/fail/reserved').expect(400)).body).toMatchObject({
      type: 'urn:spark:problem:invalid-request',
      detail: 'Document "sparkKeys/x": its id begins like those of SparkKeys.',
    });
  });

  it('answers what the application made or the database refused as a failure of this side', async () => {
    for (const how of ['map', 'refused']) {
      expect((await get(`/fail/${how}`).expect(500)).text).not.toContain('canary');
    }
  });

  it('tells nothing of the inside when it does not know the error', async () => {
    const { body, text } = await get('/fail/bug').expect(500);
    expect(body).toMatchObject({ type: 'urn:spark:problem:unexpected', status: 500 });
    expect(text + (await get('/fail/away')).text).not.toMatch(/canary|\.ts:|node_modules/);
  });

  it('takes the trace id that came with the request', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = await get('/fail/bug').set('traceparent', `00-${traceId}-b7ad6b7169203331-01`);
    expect(answer.body.traceId).toBe(traceId);
    const forged = await get('/fail/bug').set('traceparent', '00-<script>-1-01');
    expect(forged.body.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('ValidationProblemPipe', () => {
  it('lists every wrong field by its pointer and converts nothing', async () => {
    const post = (body: object) => request(app.getHttpServer()).post('/cars').send(body);
    const answer = await post({ wheels: [{ size: 17 }, { size: '18' }], 'a/b': 1 }).expect(400);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      '/a~1b',
      '/wheels/1/size',
    ]);
    await post({ wheels: [{ size: 17 }] }).expect(201);
  });
});
