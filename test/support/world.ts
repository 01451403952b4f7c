import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { testServers } from '@nestjs-spark/servers/testing';
import { freePort } from '../../tools/apps/free-port.ts';
import { Member } from './member.ts';
import type { ModuleDescription } from './module/description.ts';
import { RavenDatabase } from './raven-database.ts';

const root = join(import.meta.dirname, '..', '..');
const OPERATOR_TOKEN = 'operators-of-the-tests-only';

/**
 * Everything one suite needs, its own: registry and databases on the run's RavenDB, and a nats-server, since the names
 * of streams are the same for all who share one.
 */
export class World {
  readonly registry: RavenDatabase;
  readonly nats: ServerHandle;
  private readonly title: string;
  private readonly suffix: string;
  private readonly folder: string;
  private readonly databases: RavenDatabase[] = [];
  private readonly members: Member[] = [];

  private constructor(title: string, suffix: string, folder: string, nats: ServerHandle) {
    this.title = title;
    this.suffix = suffix;
    this.folder = folder;
    this.nats = nats;
    this.registry = this.databaseOf('SparkModules');
  }

  /** `title` names the folder of logs: `.spark/logs/test/{title}`. */
  static async create(title: string): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'spark-world-'));
    const nats = await startNats({ temporary: true, log: () => undefined });
    const world = new World(title, randomBytes(3).toString('hex'), folder, nats);
    await world.registry.create();
    return world;
  }

  /** The built Fleet. Its database is there, the app does not run yet. */
  fleet(): Promise<Member> {
    return this.add('Fleet', join(root, 'dist/apps/fleet/main.js'));
  }

  /** The built HR. Its database is there, the app does not run yet. */
  hr(): Promise<Member> {
    return this.add('HR', join(root, 'dist/apps/hr/main.js'));
  }

  /** A module that declares and shares what the test says. */
  module(name: string, description: ModuleDescription): Promise<Member> {
    return this.add(name, join(import.meta.dirname, 'module/main.ts'), {
      SPARK_TEST_MODULE: JSON.stringify(description),
    });
  }

  /** Ends all apps, servers and databases of this world. */
  async end(): Promise<void> {
    await Promise.all(this.members.map(({ process }) => process.kill9()));
    await this.nats.stop();
    await Promise.all(this.databases.map((database) => database.drop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async add(name: string, main: string, env: Record<string, string> = {}): Promise<Member> {
    const database = this.databaseOf(name);
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
      env: { ...this.environment(name, port, database), ...env },
    });
    this.members.push(member);
    return member;
  }

  private environment(name: string, port: number, database: RavenDatabase): Record<string, string> {
    return {
      PORT: String(port),
      SPARK_MODULE_NAME: name,
      RAVENDB_URLS: database.server,
      RAVENDB_DATABASE: database.name,
      SPARK_MODULES_DATABASE: this.registry.name,
      NATS_URL: this.nats.url,
      SPARK_KEYS_DIR: join(this.folder, 'keys'),
      SPARK_OPERATOR_TOKEN: OPERATOR_TOKEN,
      SPARK_RETRY_SECONDS: '0.2,0.5,0.5,0.5,0.5',
      NO_COLOR: '1',
    };
  }

  private databaseOf(name: string): RavenDatabase {
    const database = new RavenDatabase(testServers().ravendbUrl, `Test-${name}-${this.suffix}`);
    this.databases.push(database);
    return database;
  }
}
