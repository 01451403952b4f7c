import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemoryBoard, MemoryLogger, MemoryRegistry } from '@nestjs-spark/testing';
import { isAnnouncement, Registration } from './registration.ts';

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
    expect(await board.last('spark.control.registered.hr', isAnnouncement)).toMatchObject({
      appName: 'HR',
      at: expect.any(Number),
    });
  });

  it('makes the module known again once its entry is lost, and says so', async () => {
    const { registration, registry, board, log } = make();
    const information = await registration.register();
    await registration.keep();
    expect(log.said('warn')).toEqual([]);
    registry.modules.clear();
    board.away = true;
    await expect(registration.keep()).rejects.toThrow(UnavailableError);
    board.away = false;
    await registration.keep();
    expect(await registry.find('hr')).toEqual(information);
    expect(await board.last('spark.control.registered.hr', isAnnouncement)).toMatchObject({ appName: 'HR' });
    expect(log.said('warn')).toEqual(['The entry of HR in the registry was lost and is written again']);
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
