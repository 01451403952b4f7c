import { describe, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { findChromium } from '../src/find/find-chromium.ts';
import { apacheSparkWays } from '../src/find/find-apache-spark.ts';
import { openBaoWays } from '../src/find/find-openbao.ts';
import { toFinding } from '../src/find/options.ts';
import { NotObtainableError, search } from '../src/find/search.ts';
import type { ServerName } from '../src/find/source.ts';

/** A server that a suite can require. */
export type NeededServer = ServerName;

/** A program that a suite can require. */
export type NeededProgram = 'openssl';

const variables: Record<NeededServer, string> = {
  ravendb: 'SPARK_TEST_RAVENDB_URL',
  nats: 'SPARK_TEST_NATS_URL',
  kafka: 'SPARK_TEST_KAFKA_BROKERS',
  postgres: 'SPARK_TEST_POSTGRES_URL',
};

/** The servers of this test run, available to suites that require them through {@link describeWithServers}. */
export interface TestServers {
  /** RavenDB's address, from `SPARK_TEST_RAVENDB_URL`. */
  readonly ravendbUrl: string;
  /** The NATS server's address, from `SPARK_TEST_NATS_URL`. */
  readonly natsUrl: string;
  /**
   * A Kafka broker, `HOST:PORT`, from `SPARK_TEST_KAFKA_BROKERS`. Other suites use it at the same time: create your own topics.
   */
  readonly kafkaBrokers: string;
  /** PostgreSQL's address, from `SPARK_TEST_POSTGRES_URL`. Other suites use it at the same time: create your own tables. */
  readonly postgresUrl: string;
}

/**
 * The addresses of this test run's servers. Reading a missing one throws and names the variable: require it with
 * `describeWithServers` first.
 */
export function testServers(): TestServers {
  return {
    get ravendbUrl() {
      return address('ravendb');
    },
    get natsUrl() {
      return address('nats');
    },
    get kafkaBrokers() {
      return address('kafka');
    },
    get postgresUrl() {
      return address('postgres');
    },
  };
}

/**
 * A `describe` for guarantees that need real servers. `npm test` starts them; if one is missing, the suite is skipped and its
 * title says which one and why (`SPARK_TEST_LEFT_OUT` holds the reason), so that it is counted as skipped and never as passed.
 */
export function describeWithServers(needs: readonly NeededServer[], title: string, body: () => void): void {
  const missing = needs.filter((server) => !process.env[variables[server]]);
  if (missing.length === 0) describe(title, body);
  else leaveOut(title, `no ${missing.join(', ')}`);
}

/**
 * As {@link describeWithServers}, for guarantees that kill servers: skipped when this run cannot start its own with
 * `startRavenDb({ temporary: true })` and `startNats({ temporary: true })`, for instance because it was given addresses.
 */
export function describeWithOwnServers(
  needs: readonly (NeededServer | NeededProgram)[],
  title: string,
  body: () => void,
): void {
  const own = (process.env['SPARK_TEST_OWN_SERVERS'] ?? '').split(',');
  const missing = needs.filter((server) => server !== 'openssl' && !own.includes(server));
  if (missing.length > 0) leaveOut(title, `no ${missing.join(', ')} of its own`);
  else
    describeWithPrograms(
      needs.filter((need) => need === 'openssl'),
      title,
      body,
    );
}

/** A `describe` for guarantees that need a program on PATH; skipped by name if it is missing. */
export function describeWithPrograms(needs: readonly NeededProgram[], title: string, body: () => void): void {
  const missing = needs.filter((program) => spawnSync(program, ['version']).error !== undefined);
  if (missing.length === 0) describe(title, body);
  else leaveOut(title, `no ${missing.join(', ')} on PATH`, 'install it');
}

/**
 * As {@link describeWithOwnServers} for OpenBao, which no run starts: it is fetched, once, for the suites that require it and
 * start their own with `startOpenBao()`.
 * @param needs additional requirements: servers of its own, programs
 */
export async function describeWithOpenBao(
  needs: readonly (NeededServer | NeededProgram)[],
  title: string,
  body: () => void,
): Promise<void> {
  if (process.env['SPARK_TEST_OWN_SERVERS'] === undefined) return leaveOut(title, 'no openbao of its own');
  const found = await obtain(title, () => search('openbao server', openBaoWays(toFinding())));
  if (found) describeWithOwnServers(needs, title, body);
}

/**
 * A `describe` for guarantees that need a browser as well as servers; skipped by name if there is no Chromium. Where a run
 * requires everything (`SPARK_REQUIRE_SERVERS=1`), it is installed.
 * @param body gets the program
 */
export async function describeWithBrowser(
  needs: readonly NeededServer[],
  title: string,
  body: (chromium: string) => void,
): Promise<void> {
  const chromium = await obtain(title, () => findChromium());
  if (chromium !== null) describeWithServers(needs, title, () => body(chromium));
}

/**
 * As {@link describeWithOpenBao} for Apache Spark: the suite starts its own cluster with `startApacheSpark()`. That is expensive,
 * so everything that needs a cluster is in one suite, which starts it once.
 */
export async function describeWithApacheSpark(
  needs: readonly (NeededServer | NeededProgram)[],
  title: string,
  body: () => void,
): Promise<void> {
  if (process.env['SPARK_TEST_OWN_SERVERS'] === undefined)
    return leaveOut(title, 'no Apache Spark of its own');
  const found = await obtain(title, () => search('Apache Spark', apacheSparkWays(toFinding())));
  if (found) describeWithOwnServers(needs, title, body);
}

/** What only some suites need; null, and the suite left out with the cause and the last way's remedy, if it is not available. */
async function obtain<T>(title: string, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof NotObtainableError)) throw error;
    leaveOut(title, `no ${error.target}: ${error.brief}`, error.attempts.at(-1)?.remedy);
    return null;
  }
}

const whyNoServer = () => process.env['SPARK_TEST_LEFT_OUT'] || 'run `npm test`, which starts the servers';

function leaveOut(title: string, what: string, reason: string = whyNoServer()): void {
  describe(`${title} [left out: ${what}: ${reason}]`, () => {
    it.skip('needs what is missing', () => undefined);
  });
}

function address(server: NeededServer): string {
  const value = process.env[variables[server]];
  if (!value) throw new Error(`${variables[server]} is not set: this test asked for no ${server} server`);
  return value;
}
