import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post, type INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import { IsInt } from 'class-validator';
import request from 'supertest';
import { SparkProblemModule } from '../in-front/problem.module.ts';

class Ball {
  @IsInt()
  size!: number;
}

@Controller()
class BallController {
  @Post('balls')
  make(@Body() ball: Ball): Ball {
    return ball;
  }

  /** As an application without rules has it: what came is what is stored. */
  @Post('boxes')
  store(@Body() box: object): object {
    return { fields: new EntityMapping(Object.prototype).put(box)('boxes/1').fields('{}') };
  }

  @Post('lists')
  list(@Body() balls: Ball[]): object {
    return { balls };
  }

  @Post('sizes')
  size(@Body('size') size: number[]): object {
    return { size };
  }
}

@Module({ imports: [SparkProblemModule], controllers: [BallController] })
class BallModule {}

describe.each(['express', 'fastify'])('a body that cannot be read on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [BallModule] }).compile();
    app =
      platform === 'express'
        ? module.createNestApplication({ logger: false })
        : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.init();
    if (platform === 'fastify') await (app as NestFastifyApplication).getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const send = (path: string, body: string) =>
    request(app.getHttpServer() as Server)
      .post(path)
      .set('content-type', 'application/json')
      .send(body);

  const details = async (text: string) => {
    const answers = await Promise.all([send('/balls', text), send('/boxes', text)]);
    for (const { body } of answers)
      expect(body).toMatchObject({ status: 400, type: 'urn:spark:problem:invalid-request' });
    return answers.map(({ body }) => body.detail);
  };

  it.each(['[]', '[{"size":1}]', '5', '"x"', 'null', 'true'])(
    'says that it must be an object: %s',
    async (text) => {
      const [checked, stored] = await details(text);
      expect(checked).toBe('The body must be a JSON object.');
      // Where nothing is declared, only the store knows that it needs an object.
      expect(stored).toMatch(
        /^The body must be a JSON object\.$|^The entity cannot be stored: it is .+ and not an object with fields\. Give an object\.$/,
      );
    },
  );

  it.each(['{', '{"a":1,}', 'undefined', '{"a":1} x', ' '])('says that it is not JSON: %j', async (text) => {
    for (const detail of await details(text)) expect(detail).toMatch(/^The body is not JSON(?:: .+)?\.$/);
  });

  it.each([
    `{"size":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    `${'{"size":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  ])('says that it is nested too deeply', async (text) => {
    const [checked, stored] = await details(text);
    expect(checked).toBe('The body is nested too deeply.');
    expect(stored).toMatch(/cannot be stored: it is nested more than 900 objects deep\. Flatten it\.$/);
  });

  it('says how large it may be', async () => {
    const { body } = await send('/balls', `"${'x'.repeat(2_000_000)}"`);
    expect(body).toMatchObject({ status: 413, type: 'urn:spark:problem:too-large' });
  });

  it('is still a list where one is declared, and one field where one is asked for', async () => {
    expect((await send('/lists', '[{"size":1}]')).body).toEqual({ balls: [{ size: 1 }] });
    expect((await send('/sizes', '{"size":[1]}')).body).toEqual({ size: [1] });
  });
});
