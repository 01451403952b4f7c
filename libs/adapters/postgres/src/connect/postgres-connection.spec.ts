import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPostgres, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually, TcpProxy } from '@nestjs-spark/servers/testing';
import { PostgresConnection } from './postgres-connection.ts';

describeWithOwnServers(['postgres'], 'a connection to a PostgreSQL that falls silent', () => {
  let postgres: ServerHandle;
  let proxy: TcpProxy;
  let connection: PostgresConnection;

  beforeAll(async () => {
    postgres = await startPostgres({ temporary: true, log: () => undefined });
    const url = new URL(postgres.url);
    proxy = await TcpProxy.before(Number(url.port));
    url.port = String(proxy.port);
    connection = new PostgresConnection({ url: url.href });
  });
  afterAll(async () => {
    await proxy.close();
    await postgres.stop();
  });

  it('is closed all the same, without waiting for the server', async () => {
    expect(await connection.query({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
    proxy.set({ silent: 'both' });
    await connection.close();
    await eventually(() => expect(proxy.clients).toBe(0));
  });
});
