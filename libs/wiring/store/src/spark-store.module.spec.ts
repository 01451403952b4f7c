import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { UnavailableError, type Repository } from '@nestjs-spark/contracts';
import { type RavenConnection, RavenHttp } from '@nestjs-spark/ravendb/internal';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import type { ChangeSource } from '@nestjs-spark/contracts/internal';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CHANGE_FEED,
  Entity,
  InjectDocumentStore,
  InjectRepository,
  SparkStoreModule,
  STORE_INFO,
  StorePreparation,
  type StoreInfo,
} from './index.ts';

@Entity()
class Person {
  firstName!: string;
  address?: { street: string };

  get greeting(): string {
    return `Hello ${this.firstName}`;
  }
}

@Injectable()
class People {
  readonly repository: Repository<Person>;

  constructor(@InjectRepository(Person) repository: Repository<Person>) {
    this.repository = repository;
  }
}

const indexes = [
  { name: 'People_Overview', maps: [`map('People', (person) => ({ FirstName: person.FirstName }))`] },
];

type DocumentStore = Awaited<ReturnType<RavenConnection['store']>>;

@Injectable()
class Sessions {
  readonly client: DocumentStore | null;

  constructor(@InjectDocumentStore() client: DocumentStore | null) {
    this.client = client;
  }
}

@Module({ imports: [SparkStoreModule.forFeature([Person], { indexes })], providers: [People, Sessions] })
class PeopleModule {}

@Module({})
class FolderModule {
  static of(folder: string): DynamicModule {
    return {
      module: FolderModule,
      providers: [{ provide: 'FOLDER', useValue: folder }],
      exports: ['FOLDER'],
    };
  }
}

function appOn(url: string, database: string) {
  const root = SparkStoreModule.forRoot({
    store: 'ravendb',
    ravendb: { urls: [url], database },
    registry: { database: `${database}-modules` },
  });
  return Test.createTestingModule({ imports: [root, PeopleModule] }).compile();
}

describe('SparkStoreModule', () => {
  it('comes up although the database is away, and says why it is not ready', async () => {
    const app = await appOn('http://127.0.0.1:9', 'nowhere');
    await app.init();
    const preparation = app.get(StorePreparation);
    await eventually(() => expect(preparation.readiness().reason).toContain('cannot be reached'));
    expect(preparation.readiness().ready).toBe(false);
    await expect(app.get(People).repository.get('people/1-A')).rejects.toThrow(UnavailableError);
    await app.close();
  });
});

describe('SparkStoreModule on SQLite', () => {
  it('takes its options from a factory, as other modules of Nest do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spark-store-'));
    const root = SparkStoreModule.forRootAsync({
      imports: [FolderModule.of(folder)],
      inject: ['FOLDER'],
      useFactory: async (path: string) => ({ store: `sqlite:${join(path, 'from-a-factory.db')}` as const }),
    });
    const app = await Test.createTestingModule({ imports: [root, PeopleModule] }).compile();
    await app.init();
    expect(app.get<StoreInfo>(STORE_INFO).databaseName).toBe('from-a-factory.db');
    await app.close();
    await rm(folder, { recursive: true });
  });

  it('makes what is missing, hands out the ports, and keeps entities of the class', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spark-store-'));
    const root = SparkStoreModule.forRoot({ store: `sqlite:${join(folder, 'data', 'people.db')}` });
    const app = await Test.createTestingModule({ imports: [root, PeopleModule] }).compile();
    await app.init();
    await eventually(() =>
      expect(app.get(StorePreparation).readiness()).toEqual({ ready: true, reason: null }),
    );

    const { repository } = app.get(People);
    const ann = await repository.create({ firstName: 'Ann', address: { street: 'Main' } } as Person);
    expect(ann.id).toBe('people/1-A');
    expect((await repository.get(ann.id))?.greeting).toBe('Hello Ann');

    const info = app.get<StoreInfo>(STORE_INFO);
    expect(info).toMatchObject({ kind: 'sqlite', databaseName: 'people.db', databaseUrls: [] });
    expect((await info.licence()).hasRavenEtl).toBe(false);
    const feed = app.get<ChangeSource>(CHANGE_FEED);
    const [document] = await feed.load([ann.id]);
    expect(JSON.parse(Buffer.from(document?.json ?? []).toString())).toMatchObject({
      FirstName: 'Ann',
      Address: { Street: 'Main' },
      '@metadata': { '@collection': 'People', '@id': 'people/1-A' },
    });

    await app.close();
    await rm(folder, { recursive: true });
  });
});

describeWithServers(['ravendb'], 'SparkStoreModule on RavenDB', () => {
  it('makes what is missing, hands out the ports, and keeps entities of the class', async () => {
    const database = `store-${randomUUID().slice(0, 8)}`;
    const url = testServers().ravendbUrl;
    const app = await appOn(url, database);
    await app.init();
    await eventually(() =>
      expect(app.get(StorePreparation).readiness()).toEqual({ ready: true, reason: null }),
    );

    const { repository } = app.get(People);
    const ann = await repository.create({ firstName: 'Ann', address: { street: 'Main' } } as Person);
    expect(ann.id).toMatch(/^people\/\d+-A$/);
    expect((await repository.get(ann.id))?.greeting).toBe('Hello Ann');

    const session = app.get(Sessions).client?.openSession();
    expect(await session?.load<Person>(ann.id)).toMatchObject({ firstName: 'Ann' });

    const info = app.get<StoreInfo>(STORE_INFO);
    expect(info).toMatchObject({ kind: 'ravendb', databaseName: database, databaseUrls: [url] });
    expect(await info.licence()).toHaveProperty('hasRavenEtl');
    expect(app.get(CHANGE_FEED)).toBeDefined();

    const http = new RavenHttp({ urls: [url], database });
    const stored = await http.getJson<object>(http.path('/docs', { id: ann.id }));
    expect(stored).toMatchObject({ Results: [{ FirstName: 'Ann', Address: { Street: 'Main' } }] });
    expect(await http.getJson(http.path('/indexes', { name: 'People_Overview' }))).not.toBeNull();

    await app.close();
    await http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [database, `${database}-modules`],
      HardDelete: true,
    });
    await http.close();
  });
});
