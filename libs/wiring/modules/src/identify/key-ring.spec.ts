import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModuleInformation } from '@nestjs-spark/contracts';
import { MemoryLogger, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import { makeKeyFile } from './key-file.ts';
import { KeyRing } from './key-ring.ts';
import type { TrustPolicy } from './judge-key.ts';
import { ModuleIdentity } from './module-identity.ts';

const HOUR = 3_600_000;

let registry: MemoryRegistry;
let state: MemoryState;
let log: MemoryLogger;
let clock: number;

beforeEach(() => {
  registry = new MemoryRegistry();
  state = new MemoryState();
  log = new MemoryLogger();
  clock = Date.parse('2026-05-01T00:00:00Z');
});

/** As after a start: nothing is remembered but what is stored. */
function ring(policy: Partial<TrustPolicy> = {}): KeyRing {
  return new KeyRing({
    registry,
    state,
    log,
    policy: { production: false, trustedKeys: new Map(), ...policy },
    now: () => clock,
    date: () => clock,
    betweenReadsMs: 0,
  });
}

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'spark-ring-'));
  await work(directory).finally(() => rm(directory, { recursive: true, force: true }));
}

const open = (directory: string) =>
  ModuleIdentity.open({ directory, module: 'Fleet', production: false, log });

function entryOf(change: Partial<ModuleInformation> = {}): ModuleInformation {
  return {
    appName: 'Fleet',
    appUrl: 'http://fleet',
    databaseName: 'SparkFleet',
    databaseUrls: ['http://db'],
    registeredAtUtc: '2026-01-01T00:00:00Z',
    version: '1',
    ...change,
  };
}

const keyIds = async (keys: KeyRing): Promise<string[]> =>
  (await keys.keysOf('fleet')).map(({ keyId }) => keyId);

describe('an entry of the registry', () => {
  it('is believed of a module that nobody knows yet, whose key is pinned then', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      expect(await ring().doubt(await fleet.vouch(entryOf()))).toBeNull();
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
      expect(log.said('warn')).toEqual([]);
    }));

  it('has its signature checked once, however often its module is called while nobody reads the registry again', () =>
    inFolder(async (directory) => {
      const entry = await (await open(directory)).vouch(entryOf());
      const [keys, verify] = [ring(), jest.spyOn(crypto.subtle, 'verify')];
      for (let times = 0; times < 5; times++) expect(await keys.doubt(entry)).toBeNull();
      expect(verify).toHaveBeenCalledTimes(1);
      expect(await keys.doubt({ ...entry, appUrl: 'http://stranger' })).not.toBeNull();
      verify.mockRestore();
    }));

  it('of a stranger under a known name is not believed, signed or not, with the remedy', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      await ring().doubt(await fleet.vouch(entryOf()));
      const stranger = await open(join(directory, 'stranger'));
      const { signature: _, ...unsigned } = await stranger.vouch(entryOf());
      for (const entry of [await stranger.vouch(entryOf()), unsigned])
        expect(await ring().doubt(entry)).toMatch(
          `its key is ${stranger.keyId}, and the one trusted so far is ${fleet.keyId}`,
        );
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
      expect(await ring({ trustedKeys: new Map([['fleet', [stranger.keyId]]]) }).doubt(unsigned)).toBeNull();
    }));

  it.each<[string, Partial<ModuleInformation>]>([
    ['address', { appUrl: 'http://stranger' }],
    ['databases', { databaseUrls: ['http://stranger'] }],
    ['time', { registeredAtUtc: '2099-01-01T00:00:00Z' }],
    ['version', { version: '2' }],
    ['next key', { nextKey: { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) } }],
  ])('with another %s than the module has signed is not believed', async (_, change) =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const entry = { ...(await fleet.vouch(entryOf())), ...change };
      expect(await ring().doubt(entry)).toMatch(/its signature was not made with its own key/);
    }),
  );

  it('is not believed when somebody has restored an older one, whose address may now belong to someone else', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const before = await fleet.vouch(entryOf({ appUrl: 'http://10.0.0.7' }));
      const moved = await fleet.vouch(
        entryOf({ appUrl: 'http://fleet', registeredAtUtc: '2026-02-01T00:00:00Z' }),
      );
      const keys = ring();
      expect(await keys.doubt(before)).toBeNull();
      clock += 31_000;
      expect(await keys.doubt(moved)).toBeNull();
      expect(await keys.doubt(before)).toMatch(/it dates from 2026-01-01.*somebody else has restored it/);
      expect(await ring().doubt(before)).toMatch(/somebody else has restored it/);
      expect(await keys.doubt(moved)).toBeNull();
    }));

  it('is believed although the clock of the module was set back by five minutes, and undoes nothing', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const keys = ring();
      const at = (time: string) => entryOf({ registeredAtUtc: `2026-02-01T${time}Z` });
      const before = await fleet.vouch(at('00:00:00'));
      const next = await makeKeyFile(join(directory, 'Fleet.next.jwk.json'));
      const announcing = await open(directory);
      for (const entry of [await announcing.vouch(at('00:05:00')), before]) {
        await registry.register(entry);
        clock += 31_000;
        expect(await keys.doubt(entry)).toBeNull();
        expect(await keyIds(keys)).toEqual([fleet.keyId, next]);
      }
    }));

  it('dated in the future does not outdate those that follow with a corrected clock', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const keys = ring();
      for (const registeredAtUtc of [
        '2026-04-01T00:00:00Z',
        '2027-05-01T00:00:00Z',
        '2026-05-01T00:00:00Z',
      ]) {
        const entry = await fleet.vouch(entryOf({ registeredAtUtc }));
        await registry.register(entry);
        clock += 31_000;
        expect(await keys.doubt(entry)).toBeNull();
      }
    }));

  it('without a signature is believed with one warning, until the module has signed one', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const signed = await fleet.vouch(entryOf());
      const { signature: _, ...unsigned } = signed;
      const keys = ring();
      for (let times = 0; times < 2; times++) expect(await keys.doubt(unsigned)).toBeNull();
      expect(log.said('warn')).toEqual([expect.stringMatching(/Fleet is not signed.*update Fleet/)]);
      expect(await keys.doubt(signed)).toBeNull();
      for (const one of [keys, ring()])
        expect(await one.doubt(unsigned)).toMatch(/it is not signed, and this module has signed/);
    }));

  it('without a key is believed only where nothing is known of the module, and never in production', () =>
    inFolder(async (directory) => {
      expect(await ring().doubt(entryOf())).toBeNull();
      expect(await ring({ production: true }).doubt(entryOf())).toMatch(/it has no key/);
      await ring().doubt(await (await open(directory)).vouch(entryOf()));
      expect(await ring().doubt(entryOf())).toMatch(/it has no key/);
    }));

  it('is believed in production only with a key that is listed', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const entry = await fleet.vouch(entryOf());
      expect(await ring({ production: true }).doubt(entry)).toMatch(
        `SPARK_TRUSTED_KEYS=Fleet=${fleet.keyId}`,
      );
      const trustedKeys = new Map([['fleet', [fleet.keyId]]]);
      expect(await ring({ production: true, trustedKeys }).doubt(entry)).toBeNull();
    }));
});

describe('a module that changes its key', () => {
  it('is believed with either while both are announced, with the new one alone a day after it was first used', () =>
    inFolder(async (directory) => {
      const policy = { production: true, trustedKeys: new Map([['fleet', [(await open(directory)).keyId]]]) };
      const keys = ring(policy);
      const register = async () => registry.register(await (await open(directory)).vouch(entryOf()));
      await register();
      expect(await keys.doubt((await registry.find('Fleet')) ?? entryOf())).toBeNull();

      const old = (await open(directory)).keyId;
      const next = await makeKeyFile(join(directory, 'Fleet.next.jwk.json'));
      await register();
      clock += 31_000;
      await keys.refresh();
      expect(await keyIds(keys)).toEqual([old, next]);
      expect(log.said('log').join()).toContain(`has announced its next key ${next}`);

      await rename(join(directory, 'Fleet.next.jwk.json'), join(directory, 'Fleet.jwk.json'));
      await register();
      clock += 31_000;
      expect(await keyIds(keys)).toEqual([next, old]);
      expect(await ring(policy).doubt((await registry.find('Fleet')) ?? entryOf())).toBeNull();
      clock += 24 * HOUR;
      for (const one of [keys, ring(policy)]) expect(await keyIds(one)).toEqual([next]);
      expect(log.said('warn')).toEqual([]);
    }));

  it('cannot announce one that its own key has not signed', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      await ring().doubt(await fleet.vouch(entryOf()));
      const stranger = await open(join(directory, 'stranger'));
      await registry.register({ ...(await fleet.vouch(entryOf())), nextKey: stranger.publicKey });
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
      expect(await ring().find('Fleet', stranger.keyId)).toBeNull();
    }));

  it('does not keep other modules from being known when a pin cannot be written', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      await ring().doubt(await fleet.vouch(entryOf()));
      await makeKeyFile(join(directory, 'Fleet.next.jwk.json'));
      await registry.register(await (await open(directory)).vouch(entryOf()));
      state.beforeWrite = () => Promise.reject(new Error('disk full'));
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
      expect(log.said('warn').join()).toMatch(/pinned key of Fleet cannot be renewed: .*disk full/);
    }));

  it('withdraws an announcement by no longer making it', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      await makeKeyFile(join(directory, 'Fleet.next.jwk.json'));
      const announcing = await open(directory);
      await ring().doubt(await announcing.vouch(entryOf()));
      expect(await keyIds(ring())).toHaveLength(2);
      await registry.register(await fleet.vouch(entryOf()));
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
    }));

  it('keeps a withdrawn announcement withdrawn, although somebody repeats the entry that made it', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const next = await makeKeyFile(join(directory, 'Fleet.next.jwk.json'));
      const announcing = await open(directory);
      const [first, announced, withdrawn] = [1, 2, 3].map((day) =>
        entryOf({ registeredAtUtc: `2026-01-0${day}T00:00:00Z` }),
      ) as [ModuleInformation, ModuleInformation, ModuleInformation];
      const keys = ring();
      const register = async (entry: ModuleInformation): Promise<string[]> => {
        await registry.register(entry);
        clock += 31_000;
        return keyIds(keys);
      };
      await ring().doubt(await fleet.vouch(first));
      const repeated = await announcing.vouch(announced);
      expect(await register(repeated)).toEqual([fleet.keyId, next]);
      expect(await register(await fleet.vouch(withdrawn))).toEqual([fleet.keyId]);
      expect(await register(repeated)).toEqual([fleet.keyId]);
      expect(await ring().find('Fleet', next)).toBeNull();
      expect(await ring().doubt(repeated)).toMatch(
        /it dates from 2026-01-02T00:00:00Z, and the module has made a later one since/,
      );
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
      await ring().approve('Fleet', fleet.keyId);
      expect(await keyIds(ring())).toEqual([fleet.keyId]);
    }));

  it('is believed by the one key that is listed, however often it changed its key since', () =>
    inFolder(async (directory) => {
      const listed = (await open(directory)).keyId;
      const policy = { production: true, trustedKeys: new Map([['fleet', [listed]]]) };
      const register = async () => registry.register(await (await open(directory)).vouch(entryOf()));
      await register();
      const keys = ring(policy);
      await keys.doubt((await registry.find('Fleet')) ?? entryOf());
      for (let n = 0; n < 25; n++) {
        await makeKeyFile(join(directory, 'Fleet.next.jwk.json'));
        await register();
        clock += 31_000;
        await keys.refresh();
        await rename(join(directory, 'Fleet.next.jwk.json'), join(directory, 'Fleet.jwk.json'));
        await register();
        clock += 31_000;
        await keys.refresh();
        clock += 25 * HOUR;
        expect(await keyIds(keys)).toEqual([(await open(directory)).keyId]);
      }
    }));
});

describe('an operator', () => {
  it('sees which keys are trusted and which wait, and approves one that is registered, in place of the one before', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      const other = await open(join(directory, 'other'));
      await ring().doubt(await fleet.vouch(entryOf()));
      await registry.register(await other.vouch(entryOf()));
      const keys = ring();
      const before = { module: 'Fleet', trusted: [fleet.keyId], registered: other.keyId, next: null };
      expect(await keys.survey()).toEqual([{ ...before, waitsForApproval: true }]);
      const after = { ...before, trusted: [other.keyId], waitsForApproval: false };
      expect(await keys.approve('fleet', other.keyId)).toEqual(after);
      expect(await ring().survey()).toEqual([after]);
      expect(await ring().find('Fleet', fleet.keyId)).toBeNull();
    }));

  it('who approves the pinned key once more does not approve an entry that somebody else has written without a signature', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      await ring().doubt(await fleet.vouch(entryOf()));
      const stripped = { ...entryOf(), publicKey: fleet.publicKey, appUrl: 'http://elsewhere' };
      await registry.register(stripped);
      await ring().approve('Fleet', fleet.keyId);
      expect(await ring().doubt(stripped)).toMatch(/not signed/);
    }));

  it('cannot approve a key that nobody has registered, nor go past the list in the settings', () =>
    inFolder(async (directory) => {
      const fleet = await open(directory);
      await registry.register(await fleet.vouch(entryOf()));
      await expect(ring().approve('Fleet', 'x'.repeat(43))).rejects.toMatchObject({ kind: 'notFound' });
      await expect(ring().approve('Nobody', fleet.keyId)).rejects.toMatchObject({ kind: 'notFound' });
      const trustedKeys = new Map([['fleet', ['another']]]);
      await expect(ring({ trustedKeys }).approve('Fleet', fleet.keyId)).rejects.toMatchObject({
        kind: 'conflict',
      });
    }));
});
