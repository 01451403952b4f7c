import { expect, it } from '@jest/globals';
import { startNats } from '@nestjs-spark/servers';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { routeLogs } from '@nestjs-spark/contracts/internal';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamConnection } from '../connect/connection.ts';
import { specConnection } from '../fixtures/spec-connection.ts';
import { ensureStream } from './ensure-stream.ts';
import { logSettings } from './streams.ts';

const MIB = 1024 ** 2;

const server = (room: string): string => `jetstream { max_file_store: ${room} }`;
/** Everyone who connects is of an account with these limits. */
const account = (limits: string): string =>
  `jetstream { max_file_store: 1G }
   accounts { A { ${limits}, users: [{ user: a, password: a }] } }
   no_auth_user: a`;

interface Case {
  what: string;
  config: string;
  /** MiB that another application has reserved before. */
  others?: number;
  /** MiB of each of three routes; in words why there is none. */
  routes: [number | RegExp, number | RegExp, number | RegExp];
}

const CASES: Case[] = [
  { what: 'a server with room for all', config: server('210M'), routes: [64, 64, 64] },
  { what: 'a server with less for the third', config: server('170M'), routes: [64, 64, 32] },
  { what: 'a server with less for each', config: server('60M'), routes: [32, 16, 8] },
  {
    what: 'a server with room for two',
    config: server('20M'),
    routes: [16, /no room for SPARK_ROUTE_FLEET_R1: it needs 8 MiB, .*max_file_store/, /no room for/],
  },
  {
    what: 'a server that others have filled but for one',
    config: server('500M'),
    others: 465,
    routes: [8, /no room/, /no room/],
  },
  {
    what: 'an account with less for the third',
    config: account('jetstream { max_file: 160M }'),
    routes: [64, 64, 16],
  },
  {
    what: 'an account with room for one',
    config: account('jetstream { max_file: 15M }'),
    routes: [8, /no room for SPARK_ROUTE_FLEET_R1: .*max_storage of the account/, /no room/],
  },
  {
    what: 'an account that may have two streams',
    config: account('jetstream { max_file: 500M, max_streams: 2 }'),
    routes: [64, 64, /limit of streams is reached: raise max_streams/],
  },
  {
    what: 'an account that bounds each stream',
    config: account('jetstream { max_file: 500M, disk_max_stream_bytes: 20M }'),
    routes: [16, 16, 16],
  },
  {
    what: 'an account that bounds each stream below the least',
    config: account('jetstream { max_file: 500M, disk_max_stream_bytes: 4M }'),
    routes: [/max_stream_bytes/, /max_stream_bytes/, /SPARK_ROUTE_MAX_BYTES/],
  },
  {
    what: 'an account that wants a bound on each stream',
    config: account('jetstream { max_file: 500M, max_bytes_required: true }'),
    routes: [64, 64, 64],
  },
  {
    what: 'an account without JetStream',
    config: account('exports: []'),
    routes: [/not enabled for this account/, /not enabled/, /not enabled/],
  },
];

describeWithOwnServers(
  ['nats'],
  'Three routes get the room there is, or report what is lacking and not an unreachable NATS, with',
  () => {
    async function provision(connection: JetStreamConnection, requester: string): Promise<number | string> {
      const settings = logSettings(routeLogs('Fleet', requester));
      try {
        await ensureStream(connection, settings);
        const { config } = await connection.use(({ jsm }) => jsm.streams.info(settings.name));
        return config.max_bytes / MIB;
      } catch (error) {
        return String(error);
      }
    }

    it.each(CASES)('$what', async ({ config, others, routes }) => {
      const folder = await mkdtemp(join(tmpdir(), 'spark-accounts-'));
      await writeFile(join(folder, 'nats.conf'), `${config}\n`);
      const nats = await startNats({
        temporary: true,
        log: () => undefined,
        args: [`--config=${join(folder, 'nats.conf')}`],
      });
      const connection = specConnection(nats.url);
      try {
        if (others !== undefined)
          await connection.use(({ jsm }) =>
            jsm.streams.add({ name: 'OTHERS', subjects: ['others'], max_bytes: others * MIB }),
          );
        for (const [at, wanted] of routes.entries()) {
          const found = await provision(connection, `R${at}`);
          if (typeof wanted === 'number') expect(found).toBe(wanted);
          else expect(found).toMatch(wanted);
          expect(String(found)).not.toMatch(/cannot be reached/);
        }
      } finally {
        await connection.close();
        await nats.stop();
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
);
