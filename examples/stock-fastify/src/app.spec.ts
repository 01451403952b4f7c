import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { repositoryToken, type Repository } from '@nestjs-spark/core';
import { SparkTesting } from '@nestjs-spark/core-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule, Order } from './app.module.js';

describe('stock', () => {
  const spark = new SparkTesting();
  let app: INestApplication;

  beforeAll(async () => {
    const module = await spark.override(Test.createTestingModule({ imports: [AppModule] })).compile();
    app = await module.createNestApplication(new FastifyAdapter()).init();
  });
  afterAll(() => app.close());

  it('keeps orders as long as they are there', async () => {
    const orders = app.get<Repository<Order>>(repositoryToken(Order));
    await spark.arrive(Order, 'orders/1-A', { sku: 'A-1', amount: 3 });
    expect(await orders.get('orders/1-A')).toEqual({ id: 'orders/1-A', sku: 'A-1', amount: 3 });
    await spark.remove(Order, 'orders/1-A');
    expect(await orders.exists('orders/1-A')).toBe(false);
  });
});
