import { createHash } from 'node:crypto';
import type { TokenLedger } from '@nestjs-spark/contracts/internal';
import { endsWithin, nameKey } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { NotAnsweredError } from '../connect/refusals.ts';
import { bucketKey } from '../provision/bucket-key.ts';
import { openBucket } from '../provision/open-bucket.ts';

export const TOKENS_BUCKET = 'SPARK_TOKENS';
/** A token is valid for a minute, and clocks differ by seconds. */
export const TOKENS_OPTIONS = { ttl: 2 * 60 * 1_000 };

export interface JetStreamTokenLedgerOptions {
  connection: JetStreamConnection;
  /** The module that receives the tokens. */
  module: string;
  /** Default `SPARK_TOKENS`. */
  bucket?: string;
}

/** A token's key in a module's ledger; may be a pattern. */
export function tokenKey(module: string, token: string): string {
  return `${bucketKey(nameKey(module))}.${token}`;
}

/** Used tokens in a key-value bucket, whose entries expire automatically: an existing key cannot be written again. */
export class JetStreamTokenLedger implements TokenLedger {
  readonly #connection: JetStreamConnection;
  readonly #module: string;
  readonly #bucket: string;

  constructor({ connection, module, bucket = TOKENS_BUCKET }: JetStreamTokenLedgerOptions) {
    this.#connection = connection;
    this.#module = module;
    this.#bucket = bucket;
  }

  async spend(issuer: string, jti: string, patienceMs?: number): Promise<boolean> {
    // Hashed, because the sender chooses it.
    const token = createHash('sha256')
      .update(JSON.stringify([nameKey(issuer), jti]))
      .digest('hex');
    const key = tokenKey(this.#module, token);
    const stored = this.#connection.use((handle) =>
      openBucket(handle, this.#bucket, TOKENS_OPTIONS, (bucket) => bucket.put(key, '', { previousSeq: 0 })),
    );
    try {
      // If it is stored later, it counts as used although it was not accepted: no token is presented twice.
      if (patienceMs !== undefined && !(await endsWithin(stored, patienceMs)))
        throw new NotAnsweredError(this.#connection.target);
      await stored;
      return true;
    } catch (error) {
      if (isWrongLastSequence(error)) return false;
      throw error;
    }
  }
}
