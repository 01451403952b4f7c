import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { keyIdOf, readPublicKey } from './public-key.ts';

const JWK = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) as {
  kty: string;
  crv: string;
  x: string;
};

describe('A public key in a document', () => {
  it('is known by its thumbprint, whatever stands beside its members', async () => {
    const key = await readPublicKey({ ...JWK, d: 'private', kid: 'another' });
    expect([key?.keyId, key?.jwk]).toEqual([await keyIdOf(JWK), JWK]);
  });

  it.each([
    null,
    'key',
    [],
    {},
    { ...JWK, kty: 'oct' },
    { ...JWK, crv: 'X25519' },
    { ...JWK, x: 5 },
    { ...JWK, x: '' },
    { ...JWK, x: 'AAAA' },
    { ...JWK, x: `${JWK.x}${JWK.x}` },
  ])('is none as %j', async (value) => {
    expect(await readPublicKey(value)).toBeNull();
  });
});
