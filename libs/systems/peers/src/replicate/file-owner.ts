import type { ReadClose } from '../carry/message.ts';

/** Whose file it is. */
export interface FileOwner {
  readonly node: string;
  /** Of the key that signs what the file writes. */
  readonly keyId: string;
  /** Whether an operator wanted an origin closed. */
  isProven(close: ReadClose): boolean;
}
