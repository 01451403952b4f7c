import { ProblemError, UnavailableError } from '@nestjs-spark/contracts';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { ProviderTokenError, verifyIssued } from '@nestjs-spark/modules/internal';
import { decodeJwt, errors, type JWTVerifyGetKey } from 'jose';
import type { ApiCaller } from './api-caller.ts';
import { readClaims, type ClaimNames } from './read-claims.ts';
import { wrongToken } from './unauthenticated.ts';

/** Half of Node's limit for all headers of a request. */
export const LONGEST_TOKEN = 8_192;
const RETRY_AFTER_SECONDS = 5;

export interface JwtReaderParts {
  issuer: string;
  /** A token has to be for one of these. */
  audience: readonly string[];
  claims: ClaimNames;
  /** Finds the issuer's key for a token's header. */
  findKey: JWTVerifyGetKey;
  log: Logger;
}

/** Determines the caller from a JWT of one issuer. */
export class JwtReader {
  readonly #parts: JwtReaderParts;

  constructor(parts: JwtReaderParts) {
    this.#parts = parts;
  }

  /**
   * @throws {ProblemError} `unauthenticated` (401), the same for every cause; `forbidden` (403) when a valid token has none of
   *   our roles; `unavailable` (503) when the issuer's keys cannot be read now
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
    if (token.length > LONGEST_TOKEN) throw new ProviderTokenError(`longer than ${LONGEST_TOKEN} characters`);
    // A token of another issuer must not make us request keys from ours.
    if (decodeJwt(token).iss !== issuer) throw new ProviderTokenError('of another issuer');
    const payload = await verifyIssued(token, { issuer, audience, requiredClaims: ['exp', 'sub'], findKey });
    const read = readClaims(payload, claims);
    if (read.fault !== undefined) throw new ProviderTokenError(read.fault);
    return read.caller;
  }

  #answerTo(error: unknown): unknown {
    if (error instanceof UnavailableError) {
      return new ProblemError('unavailable', "The issuer's keys cannot be read at the moment.", {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    if (error instanceof ProviderTokenError || error instanceof errors.JOSEError) {
      this.#parts.log.debug(`Refused a token: ${error.message}`);
      return wrongToken();
    }
    return error;
  }
}
