import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { EnvironmentSecrets } from '../read/environment-secrets.ts';
import { SecretError } from '../secrets.ts';
import { VaultClient } from './vault-client.ts';
import { VaultSecrets } from './vault-secrets.ts';
import { readVaultSettings, type VaultSettings } from './vault-settings.ts';

const LOGIN = { auth: { client_token: 't', lease_duration: 3_600, renewable: true } };
const SECRET = { data: { data: { NATS_PASSWORD: 'open-sesame' }, metadata: { version: 1 } } };

let server: Server;
/** What is answered to a login, and to a reading. */
let answers: { login: string; secret: string };
/** Statuses of the next answers; 200 after them. */
let statuses: number[];
let log: MemoryLogger;

beforeEach(async () => {
  log = new MemoryLogger();
  statuses = [];
  answers = { login: JSON.stringify(LOGIN), secret: JSON.stringify(SECRET) };
  server = createServer(({ url }, response) => {
    const isLogin = url?.includes('/auth/') === true;
    response.writeHead(statuses.shift() ?? 200).end(isLogin ? answers.login : answers.secret);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const environment = () => ({
  VAULT_ADDR: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  VAULT_ROLE_ID: 'role',
  VAULT_SECRET_ID: 'id',
  SPARK_VAULT_PATH: 'secret/fleet',
  SPARK_VAULT_REFRESH_SECONDS: '0.1',
});

function settings(): VaultSettings {
  const read = readVaultSettings(environment());
  if (!read) throw new Error('SPARK_VAULT_PATH is set');
  return read;
}

const open = () => VaultSecrets.open(settings(), new EnvironmentSecrets(environment()), log);

describe('What answers in place of Vault', () => {
  it.each([
    ['a page', '<html>Log in</html>'],
    ['an answer with a gap in it', '{"data":{"data":{"P":open-sesame'],
    ['JSON of another kind', '{"errors":[]}'],
    ['null', 'null'],
    ['fields that are null', '{"data":{"data":null}}'],
  ])('removes no secret, and shows none in the log: %s', async (_, instead) => {
    const secrets = await open();
    answers.secret = instead;
    await eventually(() => expect(log.said('warn').join()).toMatch(/Trying again; the values read last/));
    expect(secrets.text('NATS_PASSWORD')).toBe('open-sesame');
    expect(log.said().join()).not.toMatch(/sesame/);
    answers.secret = JSON.stringify({ data: { data: { NATS_PASSWORD: 'second' } } });
    await eventually(() => expect(secrets.text('NATS_PASSWORD')).toBe('second'));
  });

  it.each([
    ['no token', { auth: {} }],
    ['a token that cannot be sent', { auth: { ...LOGIN.auth, client_token: 'two words' } }],
    ['a token that has already expired', { auth: { ...LOGIN.auth, lease_duration: -1 } }],
    ['a lifetime that is a string', { auth: { ...LOGIN.auth, lease_duration: '1h' } }],
  ])('gives no token: %s', async (_, login) => {
    answers.login = JSON.stringify(login);
    await expect(new VaultClient(settings()).login()).rejects.toThrow(SecretError);
  });
});

it('A blank field counts as unset, like a blank variable', async () => {
  answers.secret = JSON.stringify({ data: { data: { NATS_TOKEN: ' ', NATS_USER: ' hr\n' } } });
  const secrets = await open();
  expect([secrets.text('NATS_TOKEN'), secrets.text('NATS_USER')]).toEqual([undefined, 'hr']);
});

it('An address with a user and a password is refused, without showing them: they would not be sent', () => {
  const address = { ...environment(), VAULT_ADDR: 'https://me:canary@vault' };
  expect(() => readVaultSettings(address)).toThrow(/VAULT_ADDR has a user or a password.*leave them out/);
  expect(() => readVaultSettings(address)).not.toThrow(/canary/);
});

describe('A start', () => {
  it.each([
    ['is sealed', 503],
    ['is overloaded', 429],
    ['cannot ask its storage', 500],
    ['has not yet heard of its own token', 412],
  ])('waits for a Vault that %s', async (_, status) => {
    statuses = [status, status];
    const secrets = await open();
    expect(secrets.text('NATS_PASSWORD')).toBe('open-sesame');
    expect(statuses).toEqual([]);
  });

  it('does not wait for a Vault that refuses', async () => {
    statuses = [400, 400];
    await expect(open()).rejects.toThrow(/answered 400.*check VAULT_ROLE_ID/);
    expect(statuses).toEqual([400]);
  });
});
