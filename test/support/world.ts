import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import type { RegistryDocument } from '@nestjs-spark/contracts/internal';
import { testServers } from '@nestjs-spark/servers/testing';
import { freePort } from '../../tools/apps/free-port.ts';
import { Member, OPERATOR_TOKEN, PATIENCE_MS } from './member.ts';
import type { ModuleDescription } from './module/description.ts';
import { RavenDatabase } from './raven-database.ts';
import { SecuredServers } from './secured.ts';
import { registerOnNats } from './stores/register-on-nats.ts';
import { type Pair, RAVENDB, type StoreName } from './stores/pairs.ts';
import { SqliteDatabase } from './stores/sqlite-database.ts';
import type { TestDatabase } from './stores/test-database.ts';

// Several conditions of a test may each take as long as they are given.
jest.setTimeout(5 * PATIENCE_MS);

const root = join(import.meta.dirname, '..', '..');

/**
 * Everything one suite needs, its own: databases on the run's RavenDB or in files, a registry there where one of them
 * is on RavenDB, and a nats-server, since the names of streams are the same for all who share one.
 */
export class World {
  readonly natsUrl: string;
  private readonly ownNats: ServerHandle | null;
  private readonly secured: SecuredServers | null;
  /** This world has started them. */
  private readonly ownSecured: SecuredServers | null;
  private readonly title: string;
  private readonly suffix: string;
  private readonly folder: string;
  private readonly pair: Pair;
  private readonly modules: RavenDatabase | null;
  private readonly databases: TestDatabase[] = [];
  private readonly members: Member[] = [];

  private constructor(
    title: string,
    pair: Pair,
    folder: string,
    nats: ServerHandle | SecuredServers | string,
    isOwn: boolean,
  ) {
    this.title = title;
    this.suffix = randomBytes(3).toString('hex');
    this.pair = pair;
    this.folder = folder;
    this.secured = nats instanceof SecuredServers ? nats : null;
    this.ownSecured = isOwn ? this.secured : null;
    const handle = nats instanceof SecuredServers ? nats.parts.nats : nats;
    this.natsUrl = typeof handle === 'string' ? handle : handle.url;
    this.ownNats = this.secured || typeof handle === 'string' ? null : handle;
    const anyOnRavenDb = pair.owner === 'ravendb' || pair.requester === 'ravendb';
    this.modules = anyOnRavenDb ? this.ravenDatabase('SparkModules') : null;
  }

  /**
   * `title` names the folder of logs: `.spark/logs/test/{title}`. Fleet runs on the pair's owner's store, HR on the
   * requester's. Where the pair is secured, only these two are admitted, each to the other.
   * @param servers the addresses of a NATS of the test's own, or secured servers; without them the world starts a NATS
   */
  static async create(
    title: string,
    pair: Pair = RAVENDB,
    servers?: string | SecuredServers,
  ): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'spark-world-'));
    const nats = servers ?? (await startServersOf(pair));
    const named = `${title}-${pair.owner}-${pair.requester}${pair.secured ? '-secured' : ''}`;
    const world = new World(named, pair, folder, nats, servers === undefined);
    await world.modules?.create();
    return world;
  }

  /** The nats-server that this world has started. */
  get nats(): ServerHandle {
    if (this.ownNats) return this.ownNats;
    throw new Error('This world was given a NATS of the test: the test has it');
  }

  /** SparkModules, where a member is on RavenDB. */
  get registry(): RavenDatabase {
    if (this.modules) return this.modules;
    throw new Error('No member of this world is on RavenDB: there is no SparkModules');
  }

  /** Where the members' keys are. */
  get keysDir(): string {
    return join(this.secured?.parts.folder ?? this.folder, 'keys');
  }

  /** Makes a module known that is not one of ours, where all members look. */
  async register(document: RegistryDocument): Promise<void> {
    if (this.modules) {
      const metadata = { '@collection': 'ModuleInformations' };
      return this.modules.put(`moduleInformations/${document.AppName}`, {
        ...document,
        '@metadata': metadata,
      });
    }
    await registerOnNats(this.natsUrl, document);
  }

  /**
   * The built Fleet. Its database is there, the app does not run yet.
   * @param files the folder of its SQLite file
   */
  fleet(files?: string): Promise<Member> {
    return this.add('Fleet', this.pair.owner, join(root, 'dist/apps/fleet/main.js'), {}, files);
  }

  /** The built HR, likewise. */
  hr(files?: string): Promise<Member> {
    return this.add('HR', this.pair.requester, join(root, 'dist/apps/hr/main.js'), {}, files);
  }

  /**
   * A module that declares and shares what the test says. The one named Fleet is the owner, all others are requesters.
   * @param store default: that of its side
   */
  module(
    name: string,
    description: ModuleDescription,
    store = name === 'Fleet' ? this.pair.owner : this.pair.requester,
  ): Promise<Member> {
    return this.add(name, store, join(import.meta.dirname, 'module/main.ts'), {
      SPARK_TEST_MODULE: JSON.stringify(description),
    });
  }

  /** The built console, on a file of its own. */
  console(env: Record<string, string> = {}): Promise<Member> {
    return this.add('Console', 'sqlite', join(root, 'dist/apps/console/main.js'), {
      ...(this.modules
        ? { SPARK_MODULES_URLS: testServers().ravendbUrl, SPARK_MODULES_DATABASE: this.modules.name }
        : {}),
      ...env,
    });
  }

  /** A program of the tests, on a file of its own. */
  program(name: string, main: string, env: Record<string, string>): Promise<Member> {
    return this.add(name, 'sqlite', join(import.meta.dirname, main), env);
  }

  /** Another built app, on a file of its own. */
  app(name: string, folder: string, env: Record<string, string> = {}): Promise<Member> {
    return this.add(name, 'sqlite', join(root, 'dist/apps', folder, 'main.js'), env);
  }

  /** Ends all apps, servers and databases of this world. */
  async end(): Promise<void> {
    await Promise.all(this.members.map(({ process }) => process.kill9()));
    await this.ownNats?.stop();
    await Promise.all(this.databases.map((database) => database.drop()));
    await this.ownSecured?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async add(
    name: string,
    store: StoreName,
    main: string,
    env: Record<string, string> = {},
    files = this.folder,
  ): Promise<Member> {
    const database = store === 'ravendb' ? this.ravenDatabase(name) : this.sqliteDatabase(name, files);
    await database.create();
    const port = await freePort();
    const namesakes = this.members.filter((member) => member.name === name).length;
    const logFile = join(
      root,
      '.spark/logs/test',
      this.title,
      `${name}${namesakes > 0 ? `-${namesakes + 1}` : ''}.log`,
    );
    await rm(logFile, { force: true });
    const member = new Member({
      name,
      port,
      main,
      database,
      logFile,
      operatorToken: OPERATOR_TOKEN,
      env: { ...(await this.environment(name, port, database)), ...env },
    });
    this.members.push(member);
    return member;
  }

  private async environment(
    name: string,
    port: number,
    database: TestDatabase,
  ): Promise<Record<string, string>> {
    const rights =
      database instanceof RavenDatabase
        ? ({ [database.name]: 'Admin', [this.registry.name]: 'ReadWrite' } as const)
        : {};
    return {
      PORT: String(port),
      SPARK_MODULE_NAME: name,
      ...database.environment,
      // A module on SQLite is told nothing of SparkModules, as in a world without RavenDB.
      ...(database instanceof RavenDatabase ? { SPARK_MODULES_DATABASE: this.registry.name } : {}),
      NATS_URL: this.natsUrl,
      ...(this.secured ? { SPARK_MODULE_URL: `http://127.0.0.1:${port}` } : {}),
      SPARK_KEYS_DIR: this.keysDir,
      SPARK_OPERATOR_TOKEN: OPERATOR_TOKEN,
      SPARK_CONSOLES: 'Console',
      SPARK_RETRY_SECONDS: '0.2,0.5,0.5,0.5,0.5',
      NO_COLOR: '1',
      ...(await this.secured?.environmentOf(name, rights)),
    };
  }

  private sqliteDatabase(name: string, folder: string): SqliteDatabase {
    const database = new SqliteDatabase(join(folder, `${name}-${this.databases.length}.db`));
    this.databases.push(database);
    return database;
  }

  private ravenDatabase(name: string): RavenDatabase {
    const { ravendb, administrator } = this.secured?.parts ?? {};
    const server = ravendb?.url ?? testServers().ravendbUrl;
    const named = `Test-${name}-${this.suffix}`;
    const database = new RavenDatabase(server, named, administrator ?? undefined);
    this.databases.push(database);
    return database;
  }
}

function startServersOf({ owner, requester, secured }: Pair): Promise<ServerHandle | SecuredServers> {
  if (!secured) return startNats({ temporary: true, log: () => undefined });
  return SecuredServers.start(['Fleet', 'HR'], {
    ravendb: owner === 'ravendb' || requester === 'ravendb',
    routes: ['Fleet:HR', 'HR:Fleet'],
    vault: false,
  });
}
