import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { judgeKey, type TrustPolicy } from './judge-key.ts';
import type { KeyEntry } from './key-snapshot.ts';
import { readPublicKey, type VerificationKey } from './public-key.ts';

describe('which key of a module is believed', () => {
  let one: VerificationKey;
  let other: VerificationKey;

  beforeAll(async () => {
    one = await makeKey();
    other = await makeKey();
  });

  const entry = (registered: VerificationKey | null, pinned: VerificationKey | null): KeyEntry => ({
    module: 'HR',
    registeredKey: registered,
    pinnedKey: pinned,
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
  const listed = (keyId: string): Partial<TrustPolicy> => ({ trustedKeys: new Map([['hr', keyId]]) });

  it('none of a module that nobody knows', () => {
    expect(judgeKey(undefined, one.keyId, policy())).toEqual({ kind: 'unknown' });
    expect(judgeKey(entry(null, null), one.keyId, policy())).toEqual({ kind: 'unknown' });
  });

  it('the registered one at first sight, which is then pinned', () => {
    expect(judgeKey(entry(one, null), one.keyId, policy())).toEqual({ kind: 'trusted', key: one, pin: true });
    expect(judgeKey(entry(one, null), other.keyId, policy())).toEqual({ kind: 'unknown' });
  });

  it('the pinned one from then on, also when the registry has lost it', () => {
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
});

async function makeKey(): Promise<VerificationKey> {
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = await readPublicKey(await exportJWK(publicKey));
  if (!key) throw new Error('no key');
  return key;
}
