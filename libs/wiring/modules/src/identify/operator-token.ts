import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A shorter token could be guessed without being noticed. */
export const SHORTEST_OPERATOR_TOKEN = 16;

/** The error for an operator token that is too short for production; null for none, or where the environment allows it. */
export function shortOperatorToken(
  token: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  if (token === null || token.length >= SHORTEST_OPERATOR_TOKEN) return [];
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
