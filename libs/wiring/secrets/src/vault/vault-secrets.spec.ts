import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type OpenBao, startOpenBao } from '@nestjs-spark/servers/internal';
import { describeWithOpenBao, eventually, VaultBench } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { EnvironmentSecrets } from '../read/environment-secrets.ts';
import { SecretError } from '../secrets.ts';
import { VaultSecrets } from './vault-secrets.ts';
import { readVaultSettings } from './vault-settings.ts';

await describeWithOpenBao([], 'Secrets in Vault', () => {
  let bao: OpenBao;
  let bench: VaultBench;
  let log: MemoryLogger;

  beforeEach(async () => {
    log = new MemoryLogger();
    bao = await startOpenBao({ log: () => undefined });
    bench = await VaultBench.prepare(bao);
    await bench.write('spark/fleet', { NATS_PASSWORD: 'first', RAVENDB_CERTIFICATE: 'pem' });
  });
  afterEach(() => bao?.stop());

  const open = async (more: Record<string, string> = {}) => {
    const environment = {
      ...(await bench.environment('spark/fleet')),
      SPARK_VAULT_REFRESH_SECONDS: '0.2',
      ...more,
    };
    const settings = readVaultSettings(environment);
    if (!settings) throw new Error('SPARK_VAULT_PATH is set');
    return VaultSecrets.open(settings, new EnvironmentSecrets(environment), log);
  };

  it('are the fields of the secret; a variable comes first', async () => {
    const secrets = await open({ NATS_USER: 'fleet' });
    expect(secrets.text('NATS_PASSWORD')).toBe('first');
    expect(secrets.bytes('RAVENDB_CERTIFICATE')).toEqual(Buffer.from('pem'));
    expect(secrets.text('NATS_USER')).toBe('fleet');
    expect(secrets.text('NATS_TOKEN')).toBeUndefined();
    expect((await open({ NATS_PASSWORD: 'mine' })).text('NATS_PASSWORD')).toBe('mine');
  });

  it('are new values when they were changed, without a restart', async () => {
    const secrets = await open();
    await bench.write('spark/fleet', { NATS_PASSWORD: 'second' });
    await eventually(() => expect(secrets.text('NATS_PASSWORD')).toBe('second'));
    expect(secrets.text('RAVENDB_CERTIFICATE')).toBeUndefined();
  });

  it('stay readable over the life of the token: it is renewed, and replaced at the end of its longest life', async () => {
    await bench.limitTokens({ token_ttl: '1s', token_max_ttl: '3s' });
    const secrets = await open();
    await eventually(async () => expect(await bench.tokensSeen()).toBeGreaterThan(3));
    await bench.write('spark/fleet', { NATS_PASSWORD: 'much later' });
    await eventually(() => expect(secrets.text('NATS_PASSWORD')).toBe('much later'));
    expect(log.said().join()).not.toMatch(/403/);
  });

  it('survive a token that was revoked', async () => {
    const secrets = await open();
    await bench.revokeTokens();
    await bench.write('spark/fleet', { NATS_PASSWORD: 'after' });
    await eventually(() => expect(secrets.text('NATS_PASSWORD')).toBe('after'));
  });

  it('keep their last values while Vault is away, which is said without showing them', async () => {
    const secrets = await open();
    await bao.kill9();
    await eventually(() => expect(log.said().join()).toMatch(/cannot be reached\. Trying again/));
    expect(secrets.text('NATS_PASSWORD')).toBe('first');
    expect(log.said().join()).not.toMatch(/first/);
  });

  it('end the start where Vault refuses, with the remedy', async () => {
    const refused = (more: Record<string, string>) => open(more);
    await expect(refused({ VAULT_SECRET_ID: 'wrong' })).rejects.toThrow(
      /400.*check VAULT_ROLE_ID and VAULT_SECRET_ID/,
    );
    await expect(refused({ SPARK_VAULT_PATH: 'secret/spark/none' })).rejects.toThrow(
      /40[34].*(?:policy|SPARK_VAULT_PATH)/,
    );
    expect(() => readVaultSettings({ SPARK_VAULT_PATH: 'secret' })).toThrow(SecretError);
    expect(() => readVaultSettings({ SPARK_VAULT_PATH: 'secret/a' })).toThrow(/VAULT_ADDR/);
    const half = { SPARK_VAULT_PATH: 'secret/a', VAULT_ADDR: 'http://v' };
    expect(() => readVaultSettings(half)).toThrow(/VAULT_ROLE_ID is missing/);
  });
});
