import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { repositoryToken, type Repository } from '@nestjs-spark/core';
import { SparkTesting } from '@nestjs-spark/core-testing';
import { AppModule, Order } from './app.module';

describe('billing', () => {
  const spark = new SparkTesting();
  let app: INestApplication;

  beforeAll(async () => {
    const module = await spark.override(Test.createTestingModule({ imports: [AppModule] })).compile();
    app = await module.createNestApplication().init();
  });
  afterAll(() => app.close());

  it('keeps what it needs of an order', async () => {
    const orders = app.get<Repository<Order>>(repositoryToken(Order));
    await spark.arrive(Order, 'orders/1-A', { sku: 'A-1', amount: 3 });
    expect(await orders.get('orders/1-A')).toEqual({ id: 'orders/1-A', sku: 'A-1' });
  });
});
