import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkBus, SparkBusModule } from '@nestjs-spark/bus';
import { registeredSubject, routeStream } from '@nestjs-spark/contracts/internal';
import { DeadLetterStore, JetStreamConnection } from '@nestjs-spark/jetstream';
import { freePort } from '@nestjs-spark/servers/internal';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { SparkStoreModule } from '@nestjs-spark/store';
import { BusInUse } from '../connect/bus-in-use.ts';
import { Replicated } from '../declare/replicated.decorator.ts';
import { Shared } from '../declare/shared.decorator.ts';
import { DeploymentStore } from '../deploy/deployment-store.ts';
import { ReplicationStatus } from '../report/replication-status.ts';
import { RequestStatus } from '../request/request-status.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { SparkReplicationOptions } from '../settings/options.ts';
import { SparkReplicationModule } from './spark-replication.module.ts';

const NOWHERE = 'nats://127.0.0.1:9';

let suffix: string;
let directory: string;
let running: INestApplication[];

beforeEach(async () => {
  suffix = randomUUID().slice(0, 8);
  directory = await mkdtemp(join(tmpdir(), 'spark-module-'));
  running = [];
});

afterEach(async () => {
  for (const app of running.toReversed()) await app.close();
  await rm(directory, { recursive: true, force: true });
});

describe('SparkReplicationModule', () => {
  const withoutServers = { moduleUrl: 'http://127.0.0.1:1', natsUrl: NOWHERE };

  it('does not start without a name, and says where to give it', async () => {
    await expect(create([], { ...withoutServers, moduleName: '' })).rejects.toThrow(
      /moduleName.*SPARK_MODULE_NAME/s,
    );
  });

  it("shares the application's one connection to NATS", async () => {
    class Root {
      readonly name = 'HR';
    }
    Module({
      imports: [
        SparkStoreModule.forRoot({ store: `sqlite:${join(directory, 'hr.db')}` }),
        SparkReplicationModule.forRoot({ ...withoutServers, moduleName: 'HR', keysDir: directory }),
        SparkBusModule.forRoot({ name: 'HR', natsUrl: NOWHERE }),
      ],
    })(Root);
    const app = await NestFactory.create(Root, { abortOnError: false, logger: false });
    running.push(app);
    expect(app.get(BusInUse).bus).toBe(app.get(SparkBus));
  });

  const rootOf = (name: string, replication: DynamicModule[]): Type => {
    class Root {
      readonly name = name;
    }
    const store = SparkStoreModule.forRoot({ store: `sqlite:${join(directory, `${name}.db`)}` });
    Module({ imports: [store, ...replication] })(Root);
    return Root;
  };
  const replicationOf = (moduleName: string): DynamicModule =>
    SparkReplicationModule.forRoot({ ...withoutServers, moduleName, keysDir: directory });

  it('works for several applications in one process, each with its own settings, figures and routes', async () => {
    for (const name of ['Fleet', 'HR']) {
      const root = rootOf(name, [replicationOf(name)]);
      await start(await NestFactory.create(root, { abortOnError: false, logger: false }));
    }
    const [fleet, hr] = running;
    expect(running.map((app) => app.get(BusInUse).bus.name)).toEqual(['Fleet', 'HR']);
    expect(fleet?.get(ReplicationStatus)).not.toBe(hr?.get(ReplicationStatus));
    for (const app of running) {
      const metrics = await fetch(`${await app.getUrl()}/metrics`);
      expect(await metrics.text()).toContain('spark_replication_dead_letters 0');
      expect((await fetch(`${await app.getUrl()}/spark/replication`)).status).toBe(401);
    }
  });

  it('is refused when forRoot() is imported twice in one application, and says what to import instead', async () => {
    const root = rootOf('HR', [replicationOf('HR'), replicationOf('HR')]);
    await expect(NestFactory.create(root, { abortOnError: false, logger: false })).rejects.toThrow(
      /forRoot\(\) is imported 2 times.*Import it once.*SparkReplicationModule\.forFeature/s,
    );
  });

  it('gives ReplicationStatus to every module of the application, and nothing else', async () => {
    @Injectable()
    class Own {
      constructor(@Inject(ReplicationStatus) readonly status: ReplicationStatus) {}
    }
    @Module({ providers: [Own] })
    class OwnModule {}
    const root = rootOf('HR', [replicationOf('HR'), { module: OwnModule }]);
    const app = await NestFactory.create(root, { abortOnError: false, logger: false });
    running.push(app);
    expect(app.get(Own).status).toBeInstanceOf(ReplicationStatus);

    @Injectable()
    class Curious {
      constructor(@Inject(DeploymentStore) readonly store: DeploymentStore) {}
    }
    @Module({ providers: [Curious] })
    class CuriousModule {}
    const curious = rootOf('HR', [replicationOf('HR'), { module: CuriousModule }]);
    await expect(NestFactory.create(curious, { abortOnError: false, logger: false })).rejects.toThrow(
      /DeploymentStore/,
    );
  });

  it('does not start with a wrong declaration, and names class, field and remedy', async () => {
    @Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: 'loadToCars({' })
    class Car {}
    await expect(create([Car], { ...withoutServers, moduleName: 'HR' })).rejects.toThrow(
      /Car\.etlScript: .*line 1.*Fix the script/,
    );
  });

  it('listens while database and bus are away, is not ready, and stops cleanly', async () => {
    @Replicated({ sourceModule: 'Fleet', sourceCollection: 'Cars', fields: ['Model'] })
    class Car {}
    const port = await freePort();
    await start(await create([Car], { ...withoutServers, moduleName: `HR${suffix}` }), port);
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(503);
  });
});

describeWithServers(['ravendb', 'nats'], 'two modules', () => {
  let owner: string;
  let requester: string;
  let nats: JetStreamConnection;

  beforeEach(() => {
    owner = `Fleet${suffix}`;
    requester = `HR${suffix}`;
    nats = new JetStreamConnection({ url: testServers().natsUrl, name: 'spec', log: new MemoryLogger() });
  });

  afterEach(async () => {
    for (const app of running.splice(0).toReversed()) await app.close();
    await cleanUp(nats, owner, requester);
    await nats.close();
  });

  const startOwner = async (): Promise<INestApplication> => {
    const port = await freePort();
    return start(await createOwner(owner, requester, port), port);
  };

  it('bring declared copies from one to the other, and the copy is ready only when it is complete', async () => {
    const { ravendbUrl } = testServers();
    await startOwner();
    await eventually(() => put(`${ravendbUrl}/databases/${owner}/docs?id=cars/1`, 'Golf'));
    const port = await freePort();
    const app = await start(await createRequester(owner, requester, port), port);
    await eventually(async () =>
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200),
    );
    expect(await read(`${ravendbUrl}/databases/${requester}/docs?id=cars/1`)).toMatchObject({
      Model: 'Golf',
    });
    await eventually(() =>
      expect(app.get(RequestStatus).of(owner)).toMatchObject({ state: 'deployed', revision: 1 }),
    );
  });

  it('make one dead letter while the owner is away, and none is left once it has registered', async () => {
    const port = await freePort();
    const app = await start(
      await createRequester(owner, requester, port, { retrySeconds: [0.1, 0.1] }),
      port,
    );
    const letters = app.get(DeadLetterStore);
    await eventually(async () => {
      expect((await letters.list()).map(({ attempts }) => attempts.length)).toEqual([3]);
    });
    expect((await letters.list())[0]?.attempts[0]?.error).toBe(`${owner} is not registered yet`);
    expect(app.get(RequestStatus).of(owner)?.state).toBe('dead');
    await startOwner();
    await eventually(() => expect(app.get(RequestStatus).of(owner)?.state).toBe('deployed'));
    expect(await letters.list()).toEqual([]);
  });

  it('remove the copies of a declaration that was dropped', async () => {
    const { ravendbUrl } = testServers();
    await startOwner();
    await eventually(() => put(`${ravendbUrl}/databases/${owner}/docs?id=cars/1`, 'Golf'));
    const copy = `${ravendbUrl}/databases/${requester}/docs?id=cars/1`;
    const first = await start(await createRequester(owner, requester, await freePort()));
    await eventually(async () => expect(await read(copy)).toMatchObject({ Model: 'Golf' }));
    await first.close();
    running.splice(running.indexOf(first), 1);
    await start(
      await create([], { moduleName: requester, moduleUrl: `http://127.0.0.1:${await freePort()}` }),
    );
    await eventually(async () => expect(await read(copy)).toBeNull());
  });
});

/** An application of its own, as one process would run it. */
async function create(classes: Type[], options: SparkReplicationOptions): Promise<INestApplication> {
  const { ravendbUrl, natsUrl } = { ravendbUrl: 'http://127.0.0.1:9', natsUrl: NOWHERE, ...known() };
  class Root {
    readonly name = options.moduleName;
  }
  Module({
    imports: [
      SparkStoreModule.forRoot({
        ravendb: { urls: [ravendbUrl], database: options.moduleName || 'none' },
        registry: { urls: [ravendbUrl], database: `Modules${suffix}` },
      }),
      SparkReplicationModule.forRoot({ natsUrl, keysDir: directory, ...options }),
      SparkReplicationModule.forFeature(classes),
    ],
  })(Root);
  return NestFactory.create(Root, { abortOnError: false, logger: false });
}

function known(): { ravendbUrl?: string; natsUrl?: string } {
  const { SPARK_TEST_RAVENDB_URL: ravendbUrl, SPARK_TEST_NATS_URL: natsUrl } = process.env;
  return ravendbUrl && natsUrl ? { ravendbUrl, natsUrl } : {};
}

function createOwner(owner: string, requester: string, port: number): Promise<INestApplication> {
  @Shared({ with: [requester] })
  class Car {}
  return create([Car], { moduleName: owner, moduleUrl: `http://127.0.0.1:${port}` });
}

function createRequester(
  owner: string,
  requester: string,
  port: number,
  options: SparkReplicationOptions = {},
): Promise<INestApplication> {
  @Replicated({ sourceModule: owner, sourceCollection: 'Cars', fields: ['Model'] })
  class Car {}
  return create([Car], { moduleName: requester, moduleUrl: `http://127.0.0.1:${port}`, ...options });
}

async function start(app: INestApplication, port?: number): Promise<INestApplication> {
  running.push(app);
  await app.listen(port ?? 0);
  return app;
}

async function put(url: string, model: string): Promise<void> {
  const body = JSON.stringify({ Model: model, '@metadata': { '@collection': 'Cars' } });
  expect((await fetch(url, { method: 'PUT', body })).status).toBe(201);
}

async function read(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (response.status !== 200) return null;
  return ((await response.json()) as { Results: unknown[] }).Results[0] ?? null;
}

async function cleanUp(nats: JetStreamConnection, owner: string, requester: string): Promise<void> {
  await fetch(`${testServers().ravendbUrl}/admin/databases`, {
    method: 'DELETE',
    body: JSON.stringify({ DatabaseNames: [owner, requester, `Modules${suffix}`], HardDelete: true }),
  });
  await nats.use(async ({ jsm }) => {
    await jsm.streams.delete(routeStream(owner, requester)).catch(() => undefined);
    await jsm.consumers
      .delete('SPARK_COMMANDS', `${requester.toLowerCase()}-deploy-etl`)
      .catch(() => undefined);
    await jsm.consumers.delete('SPARK_COMMANDS', `${owner.toLowerCase()}-deploy-etl`).catch(() => undefined);
    const subjects = {
      SPARK_COMMANDS: `spark.commands.${requester.toLowerCase()}.>`,
      SPARK_DEAD_LETTERS: `spark.dead-letters.${requester.toLowerCase()}.>`,
    };
    for (const [stream, filter] of Object.entries(subjects))
      await jsm.streams.purge(stream, { filter }).catch(() => undefined);
    for (const module of [owner, requester]) {
      const filters = [registeredSubject(module), `spark.control.task.${module.toLowerCase()}.>`];
      for (const filter of filters)
        await jsm.streams.purge('SPARK_CONTROL', { filter }).catch(() => undefined);
    }
  });
}
