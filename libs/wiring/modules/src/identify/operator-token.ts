import { createHash, timingSafeEqual } from 'node:crypto';

/** The operators' key to `/spark/*`. Without one configured nobody is an operator. */
export class OperatorToken {
  private readonly digest: Buffer | null;

  constructor(token: string | null) {
    this.digest = token ? sha256(token) : null;
  }

  /** Whether an operator's way in exists at all. */
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
