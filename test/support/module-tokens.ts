import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** What a token is for; `claims` and `header` bend it, for those who try what is refused. */
export interface TokenFor {
  audience: string;
  method: string;
  path: string;
  /** The body's text exactly as it is sent. */
  body?: string;
  claims?: JWTPayload;
  header?: Record<string, unknown>;
}

/** Someone outside who has a key of their own and signs as DESIGN's contract says, without any of the code under test. */
export interface ForeignModule {
  name: string;
  publicKey: { kty: string; crv: string; x: string };
  token(request: TokenFor): Promise<string>;
}

export async function foreignModule(name: string): Promise<ForeignModule> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { kty = '', crv = '', x = '' } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty, crv, x });
  return {
    name,
    publicKey: { kty, crv, x },
    async token({ audience, method, path, body = '', claims = {}, header = {} }) {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: name,
        aud: audience,
        iat: now,
        exp: now + 60,
        jti: randomUUID(),
        htm: method,
        htu: path,
        body_sha256: createHash('sha256').update(body).digest('base64url'),
        ...claims,
      };
      return new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid, ...header }).sign(privateKey);
    },
  };
}
