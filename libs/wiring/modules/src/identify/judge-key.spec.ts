import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { believedKeys, judgeKey as judge, type KeyVerdict, type TrustPolicy } from './judge-key.ts';
import { NO_PINS, type KeyEntry } from './key-snapshot.ts';
import type { PinnedKey } from './pinned-key.ts';
import { readPublicKey, type VerificationKey } from './public-key.ts';

const NOW = Date.parse('2026-05-01T00:00:00Z');
const judgeKey = (entry: KeyEntry | undefined, keyId: string, policy: TrustPolicy): KeyVerdict =>
  judge(entry, keyId, policy, NOW);

describe('which key of a module is believed', () => {
  let one: VerificationKey;
  let other: VerificationKey;

  beforeAll(async () => {
    one = await makeKey();
    other = await makeKey();
  });

  const entry = (registered: VerificationKey | null, pinned: VerificationKey | null): KeyEntry => ({
    module: 'HR',
    registered: { key: registered, next: null, signature: 'none', at: '' },
    pins: { ...NO_PINS, current: pinned },
    pinned: pinned && {
      id: 'sparkKeys/hr',
      version: '1',
      value: { module: 'HR', keyId: pinned.keyId, publicKey: pinned.jwk, pinnedAt: '' },
    },
  });
  const policy = (change: Partial<TrustPolicy> = {}): TrustPolicy => ({
    production: false,
    trustedKeys: new Map(),
    ...change,
  });
  const listed = (keyId: string): Partial<TrustPolicy> => ({ trustedKeys: new Map([['hr', [keyId]]]) });

  it('none of a module that nobody knows', () => {
    expect(judgeKey(undefined, one.keyId, policy())).toEqual({ kind: 'unknown' });
    expect(judgeKey(entry(null, null), one.keyId, policy())).toEqual({ kind: 'unknown' });
  });

  it('the registered one at first sight, which is then pinned', () => {
    expect(judgeKey(entry(one, null), one.keyId, policy())).toEqual({ kind: 'trusted', key: one, pin: true });
    expect(judgeKey(entry(one, null), other.keyId, policy())).toEqual({ kind: 'unknown' });
  });

  it('the pinned one from then on, even when the registry has lost it', () => {
    for (const registered of [one, null, other]) {
      expect(judgeKey(entry(registered, one), one.keyId, policy())).toMatchObject({
        kind: 'trusted',
        pin: false,
      });
    }
  });

  it('not the one that replaced it in the registry', () => {
    expect(judgeKey(entry(other, one), other.keyId, policy())).toEqual({
      kind: 'changed',
      believed: one.keyId,
    });
  });

  it('the replacement once an operator has listed it, and no longer the old one', () => {
    expect(judgeKey(entry(other, one), other.keyId, policy(listed(other.keyId)))).toEqual({
      kind: 'trusted',
      key: other,
      pin: true,
    });
    expect(judgeKey(entry(other, one), one.keyId, policy(listed(other.keyId))).kind).toBe('unknown');
  });

  it('in production none at first sight, only a listed or pinned one', () => {
    const production = { production: true };
    expect(judgeKey(entry(one, null), one.keyId, policy(production))).toEqual({ kind: 'unapproved' });
    expect(judgeKey(entry(one, one), one.keyId, policy(production)).kind).toBe('trusted');
    const both = policy({ ...production, ...listed(one.keyId) });
    expect(judgeKey(entry(one, null), one.keyId, both).kind).toBe('trusted');
  });

  it('both that are listed, while a module changes from one to the other', () => {
    const both = policy({ trustedKeys: new Map([['hr', [one.keyId, other.keyId]]]) });
    for (const { keyId } of [one, other]) {
      expect(judgeKey(entry(other, one), keyId, both)).toMatchObject({ kind: 'trusted', pin: false });
    }
  });

  describe('of a module that changes its key', () => {
    const idsOf = (known: KeyEntry, change: Partial<TrustPolicy> = {}) =>
      believedKeys(known, policy(change), NOW).map(({ keyId }) => keyId);
    const changing = (change: Partial<PinnedKey>): KeyEntry => {
      const known = entry(null, one);
      const pinned = known.pinned && { ...known.pinned, value: { ...known.pinned.value, ...change } };
      return { ...known, pinned };
    };
    const following = (until: string): KeyEntry => {
      const previous = { keyId: other.keyId, publicKey: other.jwk, until };
      const known = changing({ previous, succeeds: [other.keyId] });
      return { ...known, pins: { ...known.pins, previous: other } };
    };

    it('the one it has announced beside the pinned one', () => {
      const next = { keyId: other.keyId, publicKey: other.jwk };
      const known = changing({ next });
      expect(idsOf({ ...known, pins: { ...known.pins, next: other } })).toEqual([one.keyId, other.keyId]);
    });

    it('the one before until its time is over', () => {
      expect(idsOf(following('2026-05-01T00:00:01Z'))).toEqual([one.keyId, other.keyId]);
      expect(idsOf(following('2026-05-01T00:00:00Z'))).toEqual([one.keyId]);
    });

    it('the new one also where only the old one is listed, and the old one no longer than elsewhere', () => {
      expect(idsOf(following('2026-05-01T00:00:00Z'), listed(other.keyId))).toEqual([one.keyId]);
    });

    it('none of both where another one is listed', () => {
      expect(idsOf(following('2026-05-01T00:00:01Z'), listed('another'))).toEqual([]);
    });
  });
});

async function makeKey(): Promise<VerificationKey> {
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = await readPublicKey(await exportJWK(publicKey));
  if (!key) throw new Error('no key');
  return key;
}
