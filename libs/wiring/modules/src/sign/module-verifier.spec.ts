import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError, type ModuleInformation } from '@nestjs-spark/contracts';
import { judgeSeal, sealMessage } from '@nestjs-spark/contracts/internal';
import { MemoryLogger, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import { KeyRing } from '../identify/key-ring.ts';
import { ModuleIdentity } from '../identify/module-identity.ts';
import { ModuleVerifier } from './module-verifier.ts';

const SUBJECT = 'spark.route.fleet.hr.cars';
const message = { headers: { 'Spark-Set': '{}' }, payload: Buffer.from('text') };

describe('What modules have signed', () => {
  let fleet: ModuleIdentity;
  let hr: ModuleIdentity;
  let next: ModuleIdentity;
  let registry: MemoryRegistry;
  let state: MemoryState;
  let now = 0;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'spark-keys-'));
    const open = (module: string) =>
      ModuleIdentity.open({ directory, module, production: false, log: new MemoryLogger() });
    [fleet, hr, next] = await Promise.all([open('Fleet'), open('HR'), open('FleetNext')]);
  });
  beforeEach(() => {
    registry = new MemoryRegistry();
    state = new MemoryState();
  });

  function verifier({
    production = false,
    trusted = new Map<string, readonly string[]>(),
    refuseUnsigned = false,
  } = {}) {
    const policy = { production, trustedKeys: trusted };
    const clock = (): number => now;
    const keys = new KeyRing({
      registry,
      state,
      policy,
      log: new MemoryLogger(),
      now: clock,
      betweenReadsMs: 0,
    });
    return new ModuleVerifier({ keys, registry, own: hr, refuseUnsigned, now: clock });
  }

  const entryOf = ({ publicKey }: ModuleIdentity): ModuleInformation => ({
    appName: 'Fleet',
    appUrl: '',
    databaseName: '',
    databaseUrls: [],
    registeredAtUtc: '',
    publicKey,
  });
  const register = (identity: ModuleIdentity): Promise<void> => registry.register(entryOf(identity));
  const judge = (by: ModuleVerifier, signer = fleet, author = 'Fleet') =>
    judgeSeal(sealMessage(message, SUBJECT, signer.messageSigner()), SUBJECT, author, by);

  it('is known by the registered key, which is pinned, and another key is not taken after that', async () => {
    await register(fleet);
    const known = verifier();
    expect([await judge(known), await judge(known)]).toEqual(['genuine', 'genuine']);
    expect(state.documents.has('sparkkeys/fleet')).toBe(true);
    await register(hr);
    now += 60_000;
    expect(await judge(known, hr)).toBe('unknown-key');
    expect(await judge(known)).toBe('genuine');
  });

  it('is known however often a stranger speaks with a key of their own in between', async () => {
    await register(fleet);
    const known = verifier();
    expect(await judge(known)).toBe('genuine');
    for (let n = 0; n < 5; n++) {
      expect(await judge(known, hr)).toBe('unknown-key');
      expect(await judge(known)).toBe('genuine');
      now += 500;
    }
  });

  it('is known by the key that follows, too, once that was read, although a stranger speaks in between', async () => {
    await registry.register(await fleet.vouch(entryOf(fleet)));
    const known = verifier();
    expect(await judge(known)).toBe('genuine');
    now += 10_000;
    await registry.register(await fleet.vouch({ ...entryOf(fleet), nextKey: next.publicKey }));
    expect(await judge(known, hr)).toBe('unknown-key');
    expect(await judge(known, next)).toBe('genuine');
    expect(await judge(known)).toBe('genuine');
  });

  it('in production only by a key that an operator has listed', async () => {
    await register(fleet);
    expect(await judge(verifier({ production: true }))).toBe('unknown-key');
    const trusted = new Map([['fleet', [fleet.keyId]]]);
    expect(await judge(verifier({ production: true, trusted }))).toBe('genuine');
  });

  it('is known of itself without anybody', async () => {
    registry.away = true;
    expect(await judge(verifier(), hr, 'HR')).toBe('genuine');
    await expect(judge(verifier())).rejects.toThrow(UnavailableError);
  });

  it('keys that nobody knows cost no more than one look-up in two seconds', async () => {
    await register(fleet);
    const known = verifier();
    await judge(known, hr);
    let lists = 0;
    const list = registry.list.bind(registry);
    registry.list = () => {
      lists++;
      return list();
    };
    now += 1_000;
    for (let n = 0; n < 5; n++) expect(await judge(known, hr)).toBe('unknown-key');
    expect(lists).toBe(0);
    now += 2_000;
    await judge(known, hr);
    expect(lists).toBeGreaterThan(0);
  });

  it('is everything of a module whose entry is signed, or of every module where that is wanted', async () => {
    expect(await verifier().signs('Fleet')).toBe(true);
    await register(fleet);
    expect(await verifier().signs('Fleet')).toBe(false);
    expect(await verifier({ refuseUnsigned: true }).signs('Fleet')).toBe(true);
    const known = verifier();
    await registry.register(await fleet.vouch(entryOf(fleet)));
    expect(await known.signs('fleet')).toBe(true);
    await register(fleet);
    expect(await known.signs('Fleet')).toBe(true);
    now += 31_000;
    // It has signed before, so an entry without a signature is somebody else's.
    expect(await known.signs('Fleet')).toBe(true);
  });
});
