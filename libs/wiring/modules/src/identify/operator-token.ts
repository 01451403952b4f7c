import { createHash, timingSafeEqual } from 'node:crypto';

/** The operators' token for `/spark/*`. If none is configured, no request counts as an operator's. */
export class OperatorToken {
  private readonly digest: Buffer | null;

  constructor(token: string | null) {
    this.digest = token ? sha256(token) : null;
  }

  /** Whether a token is configured. */
  get open(): boolean {
    return this.digest !== null;
  }

  /** Takes equally long for every input. */
  matches(given: string): boolean {
    return this.digest !== null && timingSafeEqual(this.digest, sha256(given));
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
