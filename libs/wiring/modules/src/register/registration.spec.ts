import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { UnavailableError, type ModuleInformation } from '@nestjs-spark/contracts';
import { MemoryBoard, MemoryLogger, MemoryRegistry } from '@nestjs-spark/testing';
import { isAnnouncement, Registration } from './registration.ts';

const described = {
  appName: 'HR',
  appUrl: 'http://hr',
  databaseName: 'SparkHR',
  databaseUrls: ['http://db'],
};
const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'one' };

const SIGNED = 'by this module';

/** Signs with a fixed word, so that a test can write what the module has not written. */
const identity = {
  vouch: async (entry: ModuleInformation) => ({ ...entry, publicKey, signature: SIGNED }),
  hasSigned: async ({ signature, appUrl }: ModuleInformation) =>
    signature === SIGNED && appUrl === 'http://hr',
};

function make() {
  const parts = {
    registry: new MemoryRegistry(),
    board: new MemoryBoard(),
    log: new MemoryLogger(),
    identity,
  };
  const registration = new Registration({ ...parts, describe: () => described });
  return { ...parts, registration };
}

describe('registration', () => {
  it('puts the module into the registry and tells those who wait for it', async () => {
    const { registration, registry, board } = make();
    await registration.announce(await registration.register());
    expect(await registry.find('hr')).toEqual({
      ...described,
      publicKey,
      signature: SIGNED,
      registeredAtUtc: expect.any(String),
    });
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
    // Both entries could have the same millisecond.
    while (Date.now() <= Date.parse(information.registeredAtUtc)) await turn();
    board.away = true;
    await expect(registration.keep()).rejects.toThrow(UnavailableError);
    board.away = false;
    await registration.keep();
    const again = await registry.find('hr');
    expect(again).toEqual({ ...information, registeredAtUtc: expect.any(String) });
    // Its address is not believed with the date of an entry before the last one of another instance.
    expect(Date.parse(again?.registeredAtUtc ?? '')).toBeGreaterThan(Date.parse(information.registeredAtUtc));
    expect(await board.last('spark.control.registered.hr', isAnnouncement)).toMatchObject({ appName: 'HR' });
    expect(log.said('warn')).toEqual(['The entry of HR in the registry was lost and is written again']);
  });

  it.each([
    ['without a signature', { signature: undefined }],
    ['with the signature of another entry', { appUrl: 'http://stranger' }],
  ])('writes its entry again when somebody has put one there %s', async (_, change) => {
    const { registration, registry, board, log } = make();
    const own = await registration.register();
    const { signature, ...rest } = { ...own, registeredAtUtc: '2099-01-01T00:00:00Z', ...change };
    await registry.register({ ...rest, ...(signature ? { signature } : {}) });
    await registration.keep();
    expect(await registry.find('hr')).toMatchObject({ appUrl: 'http://hr', signature: SIGNED });
    expect(await board.last('spark.control.registered.hr', isAnnouncement)).toMatchObject({ appName: 'HR' });
    expect(log.said('warn').join()).toMatch(/is written again/);
    await registration.keep();
    expect(log.said('warn')).toHaveLength(1);
  });

  it('replaces an instance at another address once that has stayed silent, and not endlessly', async () => {
    const { registration: _, ...parts } = make();
    const silent = new Set<string>();
    const registration = new Registration({
      ...parts,
      identity: { ...identity, hasSigned: async ({ signature }) => signature === SIGNED },
      describe: () => described,
      answers: async (url) => !silent.has(url),
    });
    const own = await registration.register();
    const other = { ...own, appUrl: 'http://other', registeredAtUtc: '2099-01-01T00:00:00Z' };
    const registeredUrl = async () => (await parts.registry.find('hr'))?.appUrl;
    await parts.registry.register(other);
    for (let times = 0; times < 5; times++) await registration.keep();
    expect(await registeredUrl()).toBe('http://other');
    silent.add('http://other');
    await registration.keep();
    silent.clear();
    await registration.keep();
    silent.add('http://other');
    for (let times = 0; times < 2; times++) await registration.keep();
    expect(await registeredUrl()).toBe('http://other');
    await registration.keep();
    expect(await registeredUrl()).toBe('http://hr');
    expect(await parts.board.last('spark.control.registered.hr', isAnnouncement)).toMatchObject({
      appName: 'HR',
    });
    expect(parts.log.said('warn').join()).toContain('http://other does not answer');
    await parts.registry.register(other);
    for (let times = 0; times < 5; times++) await registration.keep();
    expect(await registeredUrl()).toBe('http://other');
  });

  it('announces once more when it is asked to while it announces', async () => {
    const { registration, board } = make();
    await registration.register();
    const said: string[] = [];
    const publish = board.publish.bind(board);
    board.publish = async (subject, value) => {
      if (said.push(subject) === 1) registration.announceAgain();
      await publish(subject, value);
    };
    registration.announceAgain();
    for (let look = 0; look < 3; look++) await registration.keep();
    expect(said).toHaveLength(2);
  });

  it('does not warn of a key that the entry before has announced', async () => {
    const { registration, registry, log } = make();
    const older = { ...described, publicKey: { ...publicKey, x: 'two' }, nextKey: publicKey };
    await registry.register({ ...older, registeredAtUtc: '' });
    await registration.register();
    expect(log.said('warn')).toEqual([]);
  });

  it('warns when the name had another key until now', async () => {
    const { registration, registry, log } = make();
    await registry.register({
      ...described,
      publicKey: { ...publicKey, x: 'two' },
      registeredAtUtc: '',
    });
    await registration.register();
    expect(log.said('warn').join()).toContain('another key');
    await registration.register();
    expect(log.said('warn')).toHaveLength(1);
  });
});
