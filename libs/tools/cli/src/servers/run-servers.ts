import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDir } from '@nestjs-spark/foundation';
import { startServers } from '@nestjs-spark/servers';
import { messageOf } from '@nestjs-spark/foundation/internal';
import { CliError } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';

export const SERVERS_USAGE = `Starts RavenDB and NATS for development, prints their addresses, and stops them at Ctrl-C.

  nestjs-spark servers [nats] [ravendb]   these only (default: both)
                       [--data DIR]       keep the data in DIR (default: data/servers in SPARK_DATA_DIR)
                       [--temporary]      keep no data

NATS is on port 4222 and RavenDB on 8080 where these are free, otherwise on others. A server that is not on this machine is downloaded once. Exit code 1: a server is missing, with the reason and the remedy.
`;

/** @throws {CliError} with exit code 2 when the options are wrong */
export async function runServers(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const { help, temporary, data, wanted } = readOptions(argv);
  if (help) return { exitCode: 0, text: SERVERS_USAGE };
  const folder = data ?? join(dataDir(environment), 'data', 'servers');
  const servers = await startServers({
    ...wanted,
    ports: USUAL_PORTS,
    dataDir: folder,
    temporary: temporary === true,
  });
  for (const { server, reason, remedy } of servers.missing)
    console.error(`\n${server} is missing. ${reason}\nRemedy: ${remedy}`);
  // Printed at once: the addresses are needed while the servers run.
  if (servers.ravendb) console.log(`RAVENDB_URLS=${servers.ravendb.url}`);
  if (servers.nats) console.log(`NATS_URL=${servers.nats.url}`);
  if (servers.missing.length === 0) {
    console.error('Running until Ctrl-C');
    const keepAlive = setInterval(() => undefined, 60_000);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    clearInterval(keepAlive);
  } else if (servers.ravendb || servers.nats) {
    console.error('Stopping what did start. To run one alone, name it: nats or ravendb.');
  }
  await servers.stop();
  return { exitCode: servers.missing.length > 0 ? 1 : 0, text: '' };
}

const USUAL_PORTS = { ravendb: 8080, nats: 4222 } as const;

interface Options {
  help?: boolean;
  temporary?: boolean;
  data?: string;
  wanted: { ravendb: boolean; nats: boolean };
}

function readOptions(argv: readonly string[]): Options {
  const options = {
    help: { type: 'boolean', short: 'h' },
    temporary: { type: 'boolean' },
    data: { type: 'string' },
  } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !(name in USUAL_PORTS));
    if (unknown !== undefined)
      throw new Error(`Unknown server "${unknown}": nats and ravendb can be started.`);
    const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);
    return { ...values, wanted: { ravendb: isWanted('ravendb'), nats: isWanted('nats') } };
  } catch (error) {
    throw new CliError(`${messageOf(error)}\n\n${SERVERS_USAGE}`, 2);
  }
}
