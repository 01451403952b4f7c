import { isName } from '@nestjs-spark/contracts';
import { isThumbprint } from '@nestjs-spark/contracts/internal';
import type { JWTPayload, ProtectedHeaderParameters } from 'jose';
import { sameName } from '@nestjs-spark/foundation/internal';
import { bodyDigest } from './body-digest.ts';
import { acceptedPaths, pathOf } from './request-path.ts';
import {
  CLOCK_SKEW_SECONDS,
  JTI_MAX_LENGTH,
  TOKEN_ALGORITHM,
  TOKEN_SECONDS,
  type TokenClaims,
} from './token-claims.ts';

/** The request that a token must be bound to. */
export interface SignedRequest {
  method: string;
  /** Path or URL as it arrived; its query is ignored. */
  path: string;
  /** The bytes as they arrived; absent without a body. */
  body?: Uint8Array | string | undefined;
}

export interface Receiver {
  moduleName: string;
  moduleUrl: string;
}

const ALLOWED_HEADERS = new Set(['alg', 'kid', 'typ']);

/** Why a token's header is refused, or null. A header that brings its own key (`jwk`, `jku`, `x5u`) is never followed. */
export function headerFault(header: ProtectedHeaderParameters): string | null {
  const foreign = Object.keys(header).find((name) => !ALLOWED_HEADERS.has(name));
  if (foreign) return `header ${JSON.stringify(foreign.slice(0, 20))} is not allowed`;
  if (header.alg !== TOKEN_ALGORITHM) return `alg is not ${TOKEN_ALGORITHM}`;
  // RFC 8725: a token signed for another purpose states it here. Other lineages omit it.
  if (header.typ !== undefined && !/^jwt$/i.test(String(header.typ))) return 'typ is not JWT';
  if (!isThumbprint(header.kid)) return 'kid is not a thumbprint';
  return null;
}

/**
 * Why a token's claims do not fit the request, or null; times are checked separately. Needs no look-up and proves nothing: the
 * signature is checked later.
 */
export function claimsFault(claims: JWTPayload, request: SignedRequest, receiver: Receiver): string | null {
  if (!hasShape(claims)) return 'a claim is missing or of the wrong type';
  if (!isName(claims.iss)) return 'iss is not a name';
  if (!sameName(claims.aud, receiver.moduleName)) return 'aud is another module';
  if (claims.jti.length === 0 || claims.jti.length > JTI_MAX_LENGTH) return 'jti is empty or too long';
  if (claims.exp <= claims.iat || claims.exp - claims.iat > TOKEN_SECONDS) return 'lives too long';
  if (claims.htm !== request.method.toUpperCase()) return 'htm is another method';
  const signed = pathOf(claims.htu);
  if (signed === null || !acceptedPaths(request.path, receiver.moduleUrl).includes(signed)) {
    return 'htu is another path';
  }
  return claims.body_sha256 === bodyDigest(request.body) ? null : 'body_sha256 is of another body';
}

/**
 * Why the times do not fit this clock, or null. Only a caller with a trusted key is told the reason: one of the two clocks is
 * wrong.
 */
export function timeFault(claims: Pick<JWTPayload, 'iat' | 'exp' | 'nbf'>, now: number): string | null {
  const { iat = Infinity, exp = -Infinity, nbf } = claims;
  if (iat > now + CLOCK_SKEW_SECONDS) return 'iat lies in the future';
  if (exp <= now - CLOCK_SKEW_SECONDS) return 'expired';
  if (nbf !== undefined && nbf > now + CLOCK_SKEW_SECONDS) return 'nbf lies in the future';
  return null;
}

function hasShape(claims: JWTPayload): claims is TokenClaims & JWTPayload {
  const texts = [claims.iss, claims.aud, claims.jti, claims['htm'], claims['htu'], claims['body_sha256']];
  const times = [claims.iat, claims.exp];
  return (
    texts.every((text) => typeof text === 'string') &&
    times.every((time) => typeof time === 'number' && Number.isFinite(time)) &&
    (claims.nbf === undefined || typeof claims.nbf === 'number')
  );
}
