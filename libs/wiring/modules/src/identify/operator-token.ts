import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { tokenFault } from '@nestjs-spark/foundation/internal';

/** A shorter token could be guessed without being noticed. */
export const SHORTEST_OPERATOR_TOKEN = 16;

const SETTING = 'operatorToken (SPARK_OPERATOR_TOKEN)';

/**
 * What is wrong with an operator token: no request can carry it, or it is too short for production and the environment does not
 * allow that. Empty without a token.
 */
export function operatorTokenFaults(
  token: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  production: boolean,
): string[] {
  if (token === null || token === '') return [];
  const fault = tokenFault(SETTING, token);
  if (fault !== null) return [fault];
  if (!production || token.length >= SHORTEST_OPERATOR_TOKEN) return [];
  if (environment['SPARK_ALLOW_SHORT_OPERATOR_TOKEN'] === '1') return [];
  return [
    `${SETTING} has fewer than ${SHORTEST_OPERATOR_TOKEN} characters, which production does not accept: take one from "openssl rand -base64 32", or set SPARK_ALLOW_SHORT_OPERATOR_TOKEN=1`,
  ];
}

/** The operator token for `/spark/*`. If none is configured, no request counts as an operator's. */
export class OperatorToken {
  private readonly digest: Buffer | null;

  constructor(token: string | null) {
    this.digest = token ? sha256(token) : null;
  }

  /** Whether a token is configured. */
  get open(): boolean {
    return this.digest !== null;
  }

  /** Compares in constant time. */
  matches(given: string): boolean {
    return this.digest !== null && timingSafeEqual(this.digest, sha256(given));
  }

  /** Proves to another process with the same token that an operator requested this. Null when none is configured. */
  prove(what: string): string | null {
    return this.digest && createHmac('sha256', this.digest).update(what).digest('base64url');
  }

  /** Whether a proof for this was made with the same token. */
  isProof(what: string, proof: string): boolean {
    const own = this.prove(what);
    return own !== null && timingSafeEqual(sha256(own), sha256(proof));
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
