import { ProblemError, UnavailableError } from '@nestjs-spark/contracts';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { ApiCaller } from './api-caller.ts';
import { readClaims, type ClaimNames } from './read-claims.ts';
import { unauthenticated } from './unauthenticated.ts';

/** Signatures by a private key only: a secret shared with the issuer could sign for it, and so could its public key. */
const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
/** Half of what Node takes as all headers of a request. */
export const LONGEST_TOKEN = 8_192;
/** How far the issuer's clock and ours may differ. */
const CLOCK_SKEW_SECONDS = 5;
const RETRY_AFTER_SECONDS = 5;

export interface JwtReaderParts {
  issuer: string;
  /** A token has to be for one of these. */
  audience: readonly string[];
  claims: ClaimNames;
  /** The issuer's key for a token's header. */
  findKey: JWTVerifyGetKey;
  log: Logger;
}

/** Recognizes the caller in a JWT of one issuer. */
export class JwtReader {
  readonly #parts: JwtReaderParts;

  constructor(parts: JwtReaderParts) {
    this.#parts = parts;
  }

  /**
   * @throws {ProblemError} `unauthenticated` (401), the same for every cause; `forbidden` (403) when a valid token has none of our roles;
   * `unavailable` (503) when the issuer's keys cannot be read now
   */
  async read(token: string): Promise<ApiCaller> {
    try {
      const { role, ...caller } = await this.#verify(token);
      if (role !== null) return { ...caller, role };
    } catch (error) {
      throw this.#answerTo(error);
    }
    throw new ProblemError(
      'forbidden',
      `The token has none of the roles viewer, editor and operator in its claim ${this.#parts.claims.roles}.`,
    );
  }

  async #verify(token: string) {
    const { issuer, audience, claims, findKey } = this.#parts;
    if (token.length > LONGEST_TOKEN) throw new Refusal(`longer than ${LONGEST_TOKEN} characters`);
    // A token of another issuer must not make us ask ours for keys.
    const { alg = 'none' } = decodeProtectedHeader(token);
    if (!ALGORITHMS.includes(alg)) throw new Refusal(`signed with ${JSON.stringify(alg)}`);
    if (decodeJwt(token).iss !== issuer) throw new Refusal('of another issuer');
    const { payload } = await jwtVerify(token, findKey, {
      issuer,
      audience: [...audience],
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['exp', 'sub'],
    });
    const read = readClaims(payload, claims);
    if (read.fault !== undefined) throw new Refusal(read.fault);
    return read.caller;
  }

  #answerTo(error: unknown): unknown {
    if (error instanceof UnavailableError) {
      return new ProblemError('unavailable', "The issuer's keys cannot be read at the moment.", {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    // `decodeProtectedHeader` throws a TypeError for what is no token.
    if (error instanceof Refusal || error instanceof errors.JOSEError || error instanceof TypeError) {
      this.#parts.log.debug(`Refused a token: ${error.message}`);
      return unauthenticated();
    }
    return error;
  }
}

class Refusal extends Error {}
