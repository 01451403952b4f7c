import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Module, Query, UseGuards, type INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { IsOptional } from 'class-validator';
import request from 'supertest';
import { SparkProblemModule } from '../in-front/problem.module.ts';
import { KnownQuery, TakesQuery } from './known-query.ts';
import { readWhole, wholeIn } from './read-query.ts';

class Page {
  @IsOptional()
  skip?: string;

  @IsOptional()
  take?: string;
}

@Controller('toys')
@UseGuards(KnownQuery)
class ToyController {
  @Get()
  list(@Query() query: Page): object {
    return query;
  }

  @Get('red')
  red(@Query('skip') skip?: string, @Query('shade') shade?: string): object {
    return { skip: readWhole(skip, 'skip', { most: 10, otherwise: 0 }), shade };
  }

  @Get('blue')
  @TakesQuery('shade')
  blue(@Query() query: Record<string, unknown>): object {
    return query;
  }

  @All('none')
  none(): object {
    return {};
  }
}

@Module({ imports: [SparkProblemModule], controllers: [ToyController] })
class ToyModule {}

describe.each(['express', 'fastify'])('the query of a request on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [ToyModule] }).compile();
    const options = { logger: false } as const;
    app =
      platform === 'fastify'
        ? module.createNestApplication(new FastifyAdapter(), options)
        : module.createNestApplication(options);
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const ask = (path: string) => request(app.getHttpServer() as Server).get(`/toys${path}`);

  it.each(['', '?', '/red?skip=3&shade=dark', '/blue?shade=', '/none'])('may be %j', (path) =>
    ask(path).expect(200),
  );

  it.each([
    ['?page=3', 'page', 'page is not known here: remove it'],
    ['/red?skpi=3', 'skpi', 'is not known here; expected: skip, shade'],
    ['/red?skip=3&shade=a&x=', 'x', 'is not known here; expected: skip, shade'],
    ['/blue?take=3', 'take', 'is not known here; expected: shade'],
    ['/none?a~b=1', 'a~0b', 'is not known here; none is expected'],
    ['/red?skip=3&skip=4', 'skip', 'has to be given only once'],
    ['/red?skip[]=3', 'skip[]', 'is not known here; expected: skip, shade'],
    ['/red?skip=1e1', 'skip', 'has to be a whole number from 0 to 10'],
  ])('is refused by name: %s', async (path, name, detail) => {
    const { body } = await ask(path).expect(400);
    expect(body).toMatchObject({
      type: 'urn:spark:problem:invalid-request',
      errors: [{ pointer: `/${name}`, detail }],
    });
  });
});

it.each(['1e3', '0x10', '+1', '-1', ' 1', '1.0', '', '９', '9007199254740993', '1_000', undefined, 7])(
  'a number is plain decimal digits: %p is none',
  (value) => {
    expect(wholeIn(value)).toBeNull();
    expect(() => readWhole(value, 'take', { most: 1e16 })).toThrow('take has to be a whole number');
  },
);
