import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Body, Controller, Injectable, Post, type INestApplication, type Type } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import {
  Entity,
  Field,
  Replicated,
  ReplicationStatus,
  Shared,
  SparkModule,
  type SparkOptions,
} from '@nestjs-spark/core';
import { withSparkRoutes } from '@nestjs-spark/core/open-api';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { closeAll, create, listen, orders } from './support/orders.ts';

afterEach(closeAll);

/** The class of a requester's copies of `Orders`, which `owner` has. */
function copiesOf(owner: string): Type {
  @Replicated({ sourceModule: owner, sourceCollection: 'Orders', fields: ['number'] })
  @Entity({ collection: 'Orders' })
  class OrderCopy {
    @Field() number!: string;
  }
  return OrderCopy;
}

describe('an ordinary application', () => {
  it('declares its copies by the one forFeature that gives it their repository', async () => {
    const copies = copiesOf('Webshop');
    const app = await create('express', await orders({ imports: [SparkModule.forFeature([copies])] }));
    await app.init();
    expect(app.get(ReplicationStatus).tasks()).toMatchObject([{ owner: 'Webshop', collection: 'Orders' }]);
    expect(app.get(ReplicationStatus).isComplete(copies)).toBe(false);
  });

  it('replaces the status of copies in its own tests, as a provider', async () => {
    @Injectable()
    class Reports {
      constructor(readonly status: ReplicationStatus) {}
    }
    const status = { isComplete: () => true };
    const app = await create(
      'express',
      await orders({ providers: [Reports, { provide: ReplicationStatus, useValue: status }] }),
    );
    expect(app.get(Reports).status.isComplete('Webshop', 'Orders')).toBe(true);
  });

  it('may name a DTO as Spark has named one, in its OpenAPI document', async () => {
    class RetryBody {
      @ApiProperty()
      mine!: string;
    }
    @Controller('retries')
    class RetriesController {
      @Post()
      retry(@Body() body: RetryBody): RetryBody {
        return body;
      }
    }
    const app = await create('express', await orders({ controllers: [RetriesController] }));
    await listen(app);
    const make = () => SwaggerModule.createDocument(app, new DocumentBuilder().build());
    withSparkRoutes(make);
    expect(make().components?.schemas?.['RetryBody']).toMatchObject({ properties: { mine: {} } });
  });

  it('that imports forRoot() twice is told what to import instead', async () => {
    const again = SparkModule.forRoot({ moduleName: 'Orders', store: 'sqlite:unused.db' });
    await expect(create('express', await orders({ imports: [again] }))).rejects.toThrow(
      /imported 2 times.*Import it once/s,
    );
  });
});

describeWithServers(['nats'], 'an ordinary requester', () => {
  const suffix = randomUUID().slice(0, 8);
  const [owner, requester] = [`Orders${suffix}`, `Billing${suffix}`];

  async function start(moduleName: string, entity: Type, more: SparkOptions = {}, logger?: MemoryLogger) {
    const imports = [SparkModule.forFeature([entity])];
    const settings = { moduleName, natsUrl: testServers().natsUrl, retrySeconds: [1, 1], ...more };
    const application = await orders({ imports }, settings);
    const app = await create('express', application, { logger: logger ?? false });
    await listen(app);
    return { app, ...application };
  }

  function orderSharedWith(...modules: [string, ...string[]]): Type {
    @Shared({ with: modules })
    @Entity({ collection: 'Orders' })
    class Order {
      @Field() number!: string;
    }
    return Order;
  }

  const waitsFor = (app: INestApplication) => app.get(ReplicationStatus).tasks()[0]?.incompleteBecause ?? '';

  it('that misspells its owner is told which modules there are, and which was probably meant', async () => {
    await start(owner, orderSharedWith(requester));
    const { app } = await start(requester, copiesOf(`Ordres${suffix}`));
    await eventually(() => expect(waitsFor(app)).toContain(`did you mean ${owner}? registered are`));
  });

  it('that is refused reads why, once, and what it does about it', async () => {
    await start(owner, orderSharedWith('Somebody'));
    const logger = new MemoryLogger();
    const { app } = await start(requester, copiesOf(owner), {}, logger);
    await eventually(() => expect(waitsFor(app)).toMatch(/after 1 attempt:.*not shared/i));
    await eventually(() =>
      expect(logger.said('warn').join()).toMatch(/is a dead letter: it stays one until/),
    );
    expect(logger.said('warn').filter((line) => /not shared/i.test(line))).toHaveLength(1);
  });

  it('whose key was lost reads that its key is not trusted, and how to approve the new one', async () => {
    await start(owner, orderSharedWith(requester));
    const before = await start(requester, copiesOf(owner));
    await eventually(() => expect(waitsFor(before.app)).not.toMatch(/registered|retried/));
    await eventually(() => expect(before.app.get(ReplicationStatus).isComplete(owner, 'Orders')).toBe(true));
    await before.app.close();
    const { app } = await start(requester, copiesOf(owner));
    await eventually(() =>
      expect(waitsFor(app)).toMatch(
        new RegExp(`does not accept this module's key .*SPARK_TRUSTED_KEYS=${requester}=`),
      ),
    );
  });
});
