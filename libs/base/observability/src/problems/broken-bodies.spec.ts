import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post, type INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import { IsInt, Max } from 'class-validator';
import request from 'supertest';
import { SparkProblemModule } from '../in-front/problem.module.ts';
import { TypedErrorFilter } from './typed-error-filter.ts';

class Ball {
  @IsInt()
  size!: number;
}

class Shelf {
  @IsInt()
  @Max(Number.MAX_SAFE_INTEGER)
  place!: number;
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

  @Post('shelves')
  shelve(@Body() shelf: Shelf): Shelf {
    return shelf;
  }

  @Post('sizes')
  size(@Body('size') size: number[]): object {
    return { size };
  }
}

@Module({ imports: [SparkProblemModule], controllers: [BallController] })
class BallModule {}

/** An application with the store alone: nothing of Spark's checks the body. */
@Module({ controllers: [BallController], providers: [{ provide: APP_FILTER, useClass: TypedErrorFilter }] })
class StoreModule {}

async function start(platform: string, root: object): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [root as typeof BallModule] }).compile();
  if (platform === 'express') return module.createNestApplication({ logger: false }).init();
  const fastify = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
    logger: false,
  });
  fastify.useBodyParser('text/json', { bodyLimit: 10 });
  await fastify.init();
  await fastify.getHttpAdapter().getInstance().ready();
  return fastify;
}

describe.each(['express', 'fastify'])('a body that cannot be read on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(platform, BallModule);
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

  it.each([
    ['{', "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    ['{"a":1,}', 'Expected double-quoted property name in JSON at position 7 (line 1 column 8)'],
    ['undefined', 'it is "undefined"'],
    ['{"a":1} x', 'Unexpected non-whitespace character after JSON at position 8 (line 1 column 9)'],
  ])('says that it is not JSON, why, and where: %j', async (text, why) => {
    for (const detail of await details(text)) expect(detail).toBe(`The body is not JSON: ${why}.`);
  });

  it.each(['', ' ', '\r\n\t', ' '.repeat(5_000)])(
    'counts as an empty object, if it is blank: %j',
    async (text) => {
      expect((await send('/balls', text)).body).toMatchObject({
        status: 400,
        errors: [{ pointer: '/size' }],
      });
      expect((await send('/boxes', text)).body).toEqual({ fields: '{}' });
    },
  );

  it.each([
    ['{"__proto__":{"size":1}}', '/__proto__'],
    ['{"size":1,"__proto__":null}', '/__proto__'],
    ['{"size":1,"constructor":{"prototype":{}}}', '/constructor'],
    ['{"size":1,"boxes":[{"a/b":{"__proto__":1}}]}', '/boxes/0/a~1b/__proto__'],
  ])('names the field whose name JavaScript would lose: %s', async (text, pointer) => {
    const name = pointer.split('/').at(-1);
    const errors = [{ pointer, detail: `${name} is not accepted as a name: remove it` }];
    for (const path of ['/balls', '/boxes'])
      expect((await send(path, text)).body).toMatchObject({ status: 400, errors });
  });

  it('names a field that validation would lose, which may be stored where nothing is validated', async () => {
    const text = '{"size":1,"constructor":"Ferrari"}';
    const errors = [{ pointer: '/constructor', detail: 'constructor is not accepted as a name: remove it' }];
    expect((await send('/balls', text)).body).toMatchObject({ status: 400, errors });
    expect((await send('/boxes', text)).body).toEqual({ fields: '{"Size":1,"Constructor":"Ferrari"}' });
  });

  it.each([
    ['/balls', '{"size":1e999}', '/size', 'size'],
    ['/boxes', '{"size":1e999}', '/size', 'size'],
    ['/boxes', '{"size":-1e999}', '/size', 'size'],
    ['/boxes', '{"a":{"b":[1,1e999]}}', '/a/b/1', 'b[1]'],
    ['/lists', '[{"size":1e999}]', '/0/size', 'size'],
    ['/sizes', '{"size":[1,1e999]}', '/size/1', 'size[1]'],
  ])('names a number that JavaScript cannot hold: %s %s', async (path, text, pointer, name) => {
    const range = 'must be between -1.7976931348623157e+308 and 1.7976931348623157e+308';
    const errors = [{ pointer, detail: `${name} ${range}` }];
    expect((await send(path, text)).body).toMatchObject({ status: 400, errors });
  });

  it.each(['9007199254740992', '9007199254740993', '123456789012345678901'])(
    'names a whole number that JSON.parse may have rounded, where a rule says so: %s',
    async (place) => {
      const errors = [{ pointer: '/place', detail: 'place must be at most 9007199254740991' }];
      expect((await send('/shelves', `{"place":${place}}`)).body).toMatchObject({ status: 400, errors });
    },
  );

  it('asks whether a missing field with a similar name was meant', async () => {
    const detailsOf = async (text: string) =>
      ((await send('/balls', text)).body as { errors: { detail: string }[] }).errors.map(
        ({ detail }) => detail,
      );
    expect(await detailsOf('{"szie":1}')).toContain('szie is not known here: did you mean size?');
    expect(await detailsOf('{"size":1,"szie":1}')).toEqual(['szie is not known here: remove it']);
    expect(await detailsOf('{"size":1,"color":"red"}')).toEqual(['color is not known here: remove it']);
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
    const limit = platform === 'express' ? 100 * 1024 : 1024 * 1024;
    const detail = `The body may have at most ${limit} bytes.`;
    expect(body).toMatchObject({ status: 413, type: 'urn:spark:problem:too-large', detail });
  });

  it('is still a list where one is declared, and one field where one is asked for', async () => {
    expect((await send('/lists', '[{"size":1}]')).body).toEqual({ balls: [{ size: 1 }] });
    expect((await send('/sizes', '{"size":[1]}')).body).toEqual({ size: [1] });
  });
});

it.each(['express', 'fastify'])(
  'With the store alone, a number that JavaScript cannot hold is named, too, on %s',
  async (platform) => {
    const app = await start(platform, StoreModule);
    const { body } = await request(app.getHttpServer() as Server)
      .post('/boxes')
      .set('content-type', 'application/json')
      .send('{"size":1e999}');
    await app.close();
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/size' }] });
  },
);

it("The limit of the application's own parser, which Fastify does not report, is not made up", async () => {
  const app = await start('fastify', BallModule);
  const { body } = await request(app.getHttpServer() as Server)
    .post('/balls')
    .set('content-type', 'text/json')
    .send('{"size":1234567}');
  await app.close();
  expect(body).toMatchObject({ status: 413, detail: 'The body is too large.' });
});
