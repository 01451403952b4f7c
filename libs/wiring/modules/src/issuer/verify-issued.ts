import { decodeProtectedHeader, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ProviderTokenError } from '../identify/provider-tokens.ts';

/** Signatures by a private key only: a secret shared with the issuer could sign for it, and so could its public key. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
/** How far the issuer's clock and ours may differ: a token counts for so long after it has expired. */
export const ISSUED_SKEW_SECONDS = 5;

export interface IssuedFor {
  issuer: string;
  /** A token has to be for one of these. */
  audience: string | readonly string[];
  requiredClaims: readonly string[];
  /** The issuer's key for a token's header. */
  findKey: JWTVerifyGetKey;
}

/**
 * The claims of a token that its issuer has signed for us. The caller checks first that the token names this issuer: a token of
 * another issuer must not make us ask ours for keys.
 * @throws {ProviderTokenError} and jose's errors when it is not valid
 * @throws {UnavailableError} when the issuer's keys cannot be read now
 */
export async function verifyIssued(
  token: string,
  { issuer, audience, requiredClaims, findKey }: IssuedFor,
): Promise<JWTPayload> {
  try {
    const { alg = 'none' } = decodeProtectedHeader(token);
    if (!ALGORITHMS.includes(alg)) throw new ProviderTokenError(`signed with ${JSON.stringify(alg)}`);
    const { payload } = await jwtVerify(token, findKey, {
      issuer,
      audience: [audience].flat(),
      algorithms: ALGORITHMS,
      clockTolerance: ISSUED_SKEW_SECONDS,
      requiredClaims: [...requiredClaims],
    });
    return payload;
  } catch (error) {
    // jose throws it for a header that cannot be read, and for a key that its algorithm cannot use. The sender of the token chooses both.
    if (error instanceof TypeError) throw new ProviderTokenError(error.message, { cause: error });
    throw error;
  }
}
