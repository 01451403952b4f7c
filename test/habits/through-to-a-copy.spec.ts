import { afterEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  UnauthorizedException,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type INestApplicationContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Repository } from '@nestjs-spark/contracts';
import {
  isSparkRoute,
  Replicated,
  ReplicationStatus,
  Shared,
  SparkReplicationModule,
} from '@nestjs-spark/replication';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { Entity, Field, repositoryToken, SparkStoreModule } from '@nestjs-spark/store';
import express from 'express';
import { map, type Observable } from 'rxjs';
import { closeAll, closeLater, listen, orders } from './support/orders.ts';

afterEach(closeAll);

class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

class Login implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (isSparkRoute(context)) return true;
    throw new UnauthorizedException();
  }
}

const ENHANCERS = [
  { provide: APP_GUARD, useClass: Login },
  { provide: APP_INTERCEPTOR, useClass: Envelope },
];

describeWithServers(['nats'], 'a copy in ordinary applications', () => {
  it.each([
    ['Fastify', () => new FastifyAdapter()],
    ['Express with a parser in front of Nest', () => new ExpressAdapter(express().use(express.json()))],
  ])(
    'arrives from an owner on %s, behind prefix, versions, guard and envelope, at a worker without HTTP',
    async (_, adapter) => {
      const suffix = randomUUID().slice(0, 8);
      const [owner, requester] = [`Orders${suffix}`, `Billing${suffix}`];
      const { natsUrl } = testServers();

      @Shared({ with: [requester] })
      @Entity({ collection: 'Orders' })
      class Order {
        @Field() number!: string;
      }
      @Replicated({ sourceModule: owner, sourceCollection: 'Orders', fields: ['number'] })
      @Entity({ collection: 'Orders' })
      class OrderCopy {
        @Field() number!: string;
      }
      const feature = (entity: typeof Order | typeof OrderCopy) => [
        SparkStoreModule.forFeature([entity]),
        SparkReplicationModule.forFeature([entity]),
      ];

      const { root } = await orders(
        { imports: feature(Order), providers: ENHANCERS },
        { moduleName: owner, natsUrl },
      );
      const app = await NestFactory.create(root, adapter(), { logger: false, abortOnError: false });
      closeLater(app);
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      await listen(app);
      const written = app.get<Repository<Order>>(repositoryToken(Order));
      await eventually(() => written.put('orders/1-A', { number: 'A-1' }));

      const worker = await startWorker(
        await orders({ imports: feature(OrderCopy) }, { moduleName: requester, natsUrl }),
      );
      const copies = worker.get<Repository<OrderCopy>>(repositoryToken(OrderCopy));
      await eventually(async () => expect(await copies.get('orders/1-A')).toMatchObject({ number: 'A-1' }));
      const status = worker.get(ReplicationStatus);
      await eventually(async () => expect(await status.isComplete(owner, 'Orders')).toBe(true));
    },
  );
});

async function startWorker({ root }: Awaited<ReturnType<typeof orders>>): Promise<INestApplicationContext> {
  const worker = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  closeLater(worker);
  return worker;
}
