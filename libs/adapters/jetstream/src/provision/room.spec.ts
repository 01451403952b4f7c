import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamConnection } from '../connect/connection.ts';
import { JetStreamRefusedError } from '../connect/refusals.ts';
import { specConnection } from '../fixtures/spec-connection.ts';
import { ensureStream } from './ensure-stream.ts';
import { settingsOf } from './plan-stream.ts';
import { logSettings } from './streams.ts';
import { routeLogs } from '@nestjs-spark/contracts/internal';

const MIB = 1024 ** 2;

describeWithOwnServers(['nats'], 'A JetStream of 2.5 GB', () => {
  let folder: string;
  let nats: ServerHandle;
  let connection: JetStreamConnection;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-room-'));
    const file = join(folder, 'nats.conf');
    await writeFile(file, 'jetstream { max_file_store: 2500M }\n');
    nats = await startNats({ temporary: true, log: () => undefined, args: [`--config=${file}`] });
    connection = specConnection(nats.url);
    await connection.ready();
  });
  afterAll(async () => {
    await connection.close();
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const maxBytes = async (name: string) =>
    (await connection.use(({ jsm }) => jsm.streams.info(name))).config.max_bytes;

  it('has room for a route of the version that reserved 1 GiB, and takes back what that reserved too much', async () => {
    for (const requester of ['Old1', 'Old2']) {
      const settings = settingsOf(logSettings(routeLogs('Fleet', requester)));
      await connection.use(({ jsm }) => jsm.streams.add({ ...settings, max_bytes: 1024 * MIB }));
      expect(await ensureStream(connection, logSettings(routeLogs('Fleet', requester)))).toBe('updated');
      expect(await maxBytes(settings.name)).toBe(64 * MIB);
    }
  });

  it('leaves a route its bound that holds more than it is to reserve', async () => {
    const settings = settingsOf(logSettings(routeLogs('Fleet', 'Full'), { maxBytes: 64 * MIB }));
    await connection.use(async ({ js, jsm }) => {
      await jsm.streams.add(settings);
      for (let sent = 0; sent < 40; sent++)
        await js.publish(`spark.route.fleet.full.t${sent}`, new Uint8Array(512 * 1024));
    });
    const less = logSettings(routeLogs('Fleet', 'Full'), { maxBytes: 8 * MIB });
    expect(await ensureStream(connection, less)).toBe('unchanged');
    const { state, config } = await connection.use(({ jsm }) => jsm.streams.info(settings.name));
    expect([state.messages, config.max_bytes]).toEqual([40, 64 * MIB]);
    await connection.use(({ jsm }) => jsm.streams.delete(settings.name));
  });

  it('takes 38 routes, the last ones with less', async () => {
    const routes = Array.from({ length: 36 }, (_, at) => logSettings(routeLogs('Fleet', `R${at}`)));
    for (const route of routes) expect(await ensureStream(connection, route)).toBe('created');
    expect(await maxBytes('SPARK_ROUTE_FLEET_R0')).toBe(64 * MIB);
    expect(await maxBytes('SPARK_ROUTE_FLEET_R35')).toBeLessThan(64 * MIB);
    for (const route of routes) expect(await ensureStream(connection, route)).toBe('unchanged');
  });

  it('says what it lacks and the remedy when there is room for no other, and takes it when there is', async () => {
    const last = logSettings(routeLogs('Fleet', 'Last'));
    await connection.use(async ({ jsm }) => {
      const settings = settingsOf(logSettings(routeLogs('Fleet', 'Rest')));
      for (let size = 512, at = 0; ; at++) {
        if (size < 4) return;
        const rest = { ...settings, name: `REST_${at}`, subjects: [`rest.${at}`], max_bytes: size * MIB };
        await jsm.streams.add(rest).catch(() => (size /= 2));
      }
    });
    const refused = await ensureStream(connection, last).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(JetStreamRefusedError);
    expect(String(refused)).toMatch(
      /no room for SPARK_ROUTE_FLEET_LAST: it needs 8 MiB, .* less than that left .*max_file_store.*SPARK_ROUTE_MAX_BYTES/,
    );
    expect(String(refused)).not.toMatch(/cannot be reached/);
    await connection.use(({ jsm }) => jsm.streams.delete('SPARK_ROUTE_FLEET_R0'));
    expect(await ensureStream(connection, last)).toBe('created');
  });

  it('lets a route grow to what it should have once there is room', async () => {
    await connection.use(({ jsm }) => jsm.streams.delete('SPARK_ROUTE_FLEET_R1'));
    expect(await ensureStream(connection, logSettings(routeLogs('Fleet', 'R35')))).toBe('updated');
    expect(await maxBytes('SPARK_ROUTE_FLEET_R35')).toBe(64 * MIB);
  });
});
