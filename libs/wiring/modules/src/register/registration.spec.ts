import { describe, expect, it } from '@jest/globals';
import { MemoryBoard, MemoryLogger, MemoryRegistry } from '@nestjs-spark/testing';
import { Registration } from './registration.ts';

const described = {
  appName: 'HR',
  appUrl: 'http://hr',
  databaseName: 'SparkHR',
  databaseUrls: ['http://db'],
  publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'one' },
};

function make() {
  const parts = { registry: new MemoryRegistry(), board: new MemoryBoard(), log: new MemoryLogger() };
  const registration = new Registration({ ...parts, describe: () => described });
  return { ...parts, registration };
}

describe('registration', () => {
  it('puts the module into the registry and tells those who wait for it', async () => {
    const { registration, registry, board } = make();
    await registration.announce(await registration.register());
    expect(await registry.find('hr')).toEqual({ ...described, registeredAtUtc: expect.any(String) });
    expect(await board.last('spark.control.registered.hr')).toMatchObject({
      appName: 'HR',
      at: expect.any(Number),
    });
  });

  it('warns when the name had another key until now', async () => {
    const { registration, registry, log } = make();
    await registry.register({
      ...described,
      publicKey: { ...described.publicKey, x: 'two' },
      registeredAtUtc: '',
    });
    await registration.register();
    expect(log.said('warn').join()).toContain('another key');
    await registration.register();
    expect(log.said('warn')).toHaveLength(1);
  });
});
