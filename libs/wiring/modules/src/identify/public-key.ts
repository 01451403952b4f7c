import type { PublicKeyJwk } from '@nestjs-spark/contracts';
import { calculateJwkThumbprint, importJWK, type CryptoKey } from 'jose';
import { TOKEN_ALGORITHM } from './token-claims.ts';

/** A module's public key, ready for verifying signatures, and its RFC 7638 thumbprint. */
export interface VerificationKey {
  keyId: string;
  jwk: PublicKeyJwk;
  key: CryptoKey;
}

/** Reads a key from a document; null when it is not an Ed25519 public key. */
export async function readPublicKey(value: unknown): Promise<VerificationKey | null> {
  if (!isEd25519(value)) return null;
  const jwk: PublicKeyJwk = { kty: value.kty, crv: value.crv, x: value.x };
  try {
    const key = await importJWK(jwk, TOKEN_ALGORITHM);
    return key instanceof Uint8Array ? null : { keyId: await calculateJwkThumbprint(jwk), jwk, key };
  } catch {
    return null;
  }
}

function isEd25519(value: unknown): value is PublicKeyJwk {
  if (typeof value !== 'object' || value === null) return false;
  const { kty, crv, x } = value as Partial<PublicKeyJwk>;
  return kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string';
}

/** The RFC 7638 thumbprint of a public key. */
export function keyIdOf(jwk: PublicKeyJwk): Promise<string> {
  return calculateJwkThumbprint(jwk);
}
