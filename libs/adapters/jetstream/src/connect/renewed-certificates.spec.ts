import { afterEach, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { freePort, type SecuredNats, startSecuredNats } from '@nestjs-spark/servers/internal';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { JetStreamConnection } from './connection.ts';
import type { NatsSecurity } from './security.ts';

describeWithOwnServers(['nats'], 'A connection to a NATS that verifies its clients', () => {
  const open: { stop(): unknown }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.stop();
  });

  const start = async (port: number): Promise<SecuredNats> => {
    const quiet = { temporary: true, log: () => undefined };
    const nats = await startSecuredNats({ ...quiet, port, accounts: '', verifiesClients: true });
    open.push(nats);
    return nats;
  };
  const securityOf = async (nats: SecuredNats): Promise<NatsSecurity> => {
    const issued = await nats.issue('client');
    const files = [nats.ca, issued.certificate, issued.key].map((file) => readFile(file, 'utf8'));
    const [ca = '', certificate = '', key = ''] = await Promise.all(files);
    return { ca, certificate, key };
  };

  it('presents a renewed certificate, and trusts a renewed authority, when the client reconnects by itself', async () => {
    const port = await freePort();
    const before = await start(port);
    let given = await securityOf(before);
    const log = new MemoryLogger();
    const connection = new JetStreamConnection({ url: before.url, name: 'spec', security: () => given, log });
    open.push({ stop: () => connection.close() });
    const { nc } = await connection.ready();
    await before.stop();
    open.shift();
    await eventually(() => !connection.isConnected);
    const after = await start(port);
    expect(after.url).toBe(before.url);
    given = await securityOf(after);
    const again = await connection.ready();
    expect(again.nc).toBe(nc);
    expect(await connection.use(({ jsm }) => jsm.getAccountInfo())).toMatchObject({ streams: 0 });
  });
});
