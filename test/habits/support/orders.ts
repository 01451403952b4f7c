import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Get,
  Module,
  type INestApplication,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';

type ForRoot = NonNullable<Parameters<typeof SparkReplicationModule.forRoot>[0]>;

/** An application that is neither Fleet nor HR: `GET /orders` and whatever a test adds. No server is needed. */
export interface OrdersApplication {
  root: Type;
  directory: string;
}

export const OPERATOR = { authorization: 'Bearer operators-of-orders-only' };
const NOWHERE = 'nats://127.0.0.1:9';

@Controller('orders')
class OrdersController {
  @Get()
  list(): { number: string }[] {
    return [{ number: 'A-1' }];
  }
}

const directories: string[] = [];
const running: { close(): Promise<unknown> }[] = [];

/** The root module of `Orders` with what a test adds. */
export async function orders(more: ModuleMetadata = {}, options: ForRoot = {}): Promise<OrdersApplication> {
  const directory = await mkdtemp(join(tmpdir(), 'spark-habits-'));
  directories.push(directory);
  class OrdersModule {
    readonly name = 'Orders';
  }
  Module({
    ...more,
    imports: [
      SparkStoreModule.forRoot({ store: `sqlite:${join(directory, 'orders.db')}` }),
      SparkReplicationModule.forRoot({
        moduleName: 'Orders',
        natsUrl: NOWHERE,
        keysDir: directory,
        operatorToken: 'operators-of-orders-only',
        ...options,
      }),
      ...(more.imports ?? []),
    ],
    controllers: [OrdersController, ...(more.controllers ?? [])],
  })(OrdersModule);
  return { root: OrdersModule, directory };
}

export type Platform = 'express' | 'fastify';
export const PLATFORMS: readonly Platform[] = ['express', 'fastify'];

/** Created and not yet listening: the place of an application's own `main.ts`. */
export async function create(
  platform: Platform,
  { root }: OrdersApplication,
  options: object = { logger: false },
): Promise<INestApplication> {
  const given = { abortOnError: false, ...options };
  const app =
    platform === 'fastify'
      ? await NestFactory.create(root, new FastifyAdapter(), given)
      : await NestFactory.create<NestExpressApplication>(root, given);
  closeLater(app);
  return app;
}

export function closeLater(app: { close(): Promise<unknown> }): void {
  running.push(app);
}

/** @returns the address it listens at */
export async function listen(app: INestApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

/** After each test. */
export async function closeAll(): Promise<void> {
  for (const app of running.splice(0)) await app.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
}

export interface Asked {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Asked> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The words of the health check `address` once they match. */
export async function addressDetail(url: string): Promise<string> {
  const { body } = await ask(`${url}/health/ready`);
  const { details } = body as { details: Record<string, { detail: string }> };
  return details['address']?.detail ?? '';
}
