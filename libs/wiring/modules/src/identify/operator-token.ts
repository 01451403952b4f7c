import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isSendable } from '@nestjs-spark/foundation/internal';

/** A shorter token could be guessed without being noticed. */
export const SHORTEST_OPERATOR_TOKEN = 16;

/**
 * What is wrong with the operator token, if anything: no request can have it, or it can be guessed, which production does not accept unless the
 * environment allows it.
 * @param token null or empty if none is configured
 */
export function operatorTokenFaults(
  token: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  production: boolean,
): string[] {
  if (!token) return [];
  if (!isSendable(token))
    return [
      'operatorToken (SPARK_OPERATOR_TOKEN) cannot be sent: it has to be one line of ASCII characters without spaces; is there more in it than the token?',
    ];
  if (!production || token.length >= SHORTEST_OPERATOR_TOKEN) return [];
  if (environment['SPARK_ALLOW_SHORT_OPERATOR_TOKEN'] === '1') return [];
  return [
    `operatorToken (SPARK_OPERATOR_TOKEN) has fewer than ${SHORTEST_OPERATOR_TOKEN} characters, which production does not accept: take one from "openssl rand -base64 32", or set SPARK_ALLOW_SHORT_OPERATOR_TOKEN=1`,
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
