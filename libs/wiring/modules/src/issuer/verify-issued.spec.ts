import { expect, it, jest } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { base64url, type JWTVerifyGetKey } from 'jose';
import { ProviderTokenError } from '../identify/provider-tokens.ts';
import { verifyIssued } from './verify-issued.ts';

const CLAIMS = base64url.encode(JSON.stringify({ iss: 'https://issuer', aud: 'Fleet', exp: 4e9 }));

const verify = (header: string, findKey: JWTVerifyGetKey) =>
  verifyIssued(`${header}.${CLAIMS}.c2ln`, {
    issuer: 'https://issuer',
    audience: 'Fleet',
    requiredClaims: ['exp'],
    findKey,
  });

it.each(['bm90IEpTT04', base64url.encode('null'), base64url.encode('[]'), '_', ''])(
  'A token with the header %j is refused, and no key is looked for',
  async (header) => {
    const findKey = jest.fn<JWTVerifyGetKey>();
    await expect(verify(header, findKey)).rejects.toThrow(ProviderTokenError);
    expect(findKey).not.toHaveBeenCalled();
  },
);

it('A token that names a key too weak for its algorithm is refused', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const header = base64url.encode(JSON.stringify({ alg: 'RS256', kid: 'k' }));
  await expect(verify(header, async () => publicKey)).rejects.toThrow(ProviderTokenError);
});
