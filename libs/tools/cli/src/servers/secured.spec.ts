import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { readBusSettings } from '@nestjs-spark/bus/internal';
import { JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { secureNats, secureRavenDb } from './secured.ts';

describeWithOwnServers(['nats', 'openssl'], 'A secured NATS for development', () => {
  it('is reached with the variables that are printed, and not without them', async () => {
    const { variables, stop } = await secureNats({ log: () => undefined });
    const { natsUrl, security } = readBusSettings({ name: 'Spec' }, variables);
    expect(natsUrl).toMatch(/^tls:/);
    const connection = new JetStreamConnection({
      url: natsUrl,
      name: 'Spec',
      security,
      log: new MemoryLogger(),
    });
    await expect(connection.use(({ jsm }) => jsm.getAccountInfo())).resolves.toBeDefined();
    await connection.close();
    const { NATS_PASSWORD: _, ...rest } = variables;
    const stranger = new JetStreamConnection({
      url: natsUrl,
      name: 'Spec',
      security: readBusSettings({ name: 'Spec' }, { ...rest, NATS_PASSWORD: 'wrong' }).security,
      log: new MemoryLogger(),
    });
    await expect(stranger.use(({ jsm }) => jsm.getAccountInfo())).rejects.toThrow();
    await stranger.close();
    await stop();
  });
});

describeWithOwnServers(['ravendb', 'openssl'], 'A secured RavenDB for development', () => {
  it('is reached with the variables that are printed', async () => {
    const { variables, stop } = await secureRavenDb({ log: () => undefined });
    const { RAVENDB_URLS: url, RAVENDB_CA_FILE: ca, RAVENDB_CERTIFICATE_FILE: certificate } = variables;
    expect(url).toMatch(/^https:/);
    const [authority, pem] = await Promise.all([ca, certificate].map((file) => readFile(file ?? '', 'utf8')));
    const request = get(`${url}/databases`, { ca: authority, cert: pem, key: pem, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    await stop();
  });
});
