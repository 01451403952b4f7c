import { UnavailableError } from '@nestjs-spark/contracts';
import { isObject, type Breaker, type Breakers } from '@nestjs-spark/foundation/internal';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { fetchBounded } from './fetch-bounded.ts';
import { findJwks } from './find-jwks.ts';
import { issuerBreaker } from './issuer-breaker.ts';

const TIMEOUT_MS = 5_000;
/** A key that is not known is looked for at the issuer, at most this often. */
const BETWEEN_READS_MS = 5_000;
/** Keys are read again after this time, so that one which the issuer no longer lists is not taken for longer. */
const FRESH_MS = 600_000;
/** While the issuer is away, keys that were read earlier stay in use for this long. */
const STALE_MS = 3_600_000;

export interface IssuerAddress {
  /** As in `iss`. */
  issuer: string;
  /** Where its keys are; null: where its description (`.well-known/openid-configuration`) says. */
  jwks: string | null;
  /** The schemes that the address of the keys may have. */
  schemes: readonly string[];
}

/**
 * The public keys of an issuer, read when the first token arrives and again when it shows a new one. Their age is measured by
 * the process's own clock: jose's remote set goes by the machine's, and while that is set back, neither a new key is found nor a
 * removed one forgotten.
 */
export class IssuerKeys {
  readonly #address: IssuerAddress;
  #jwks: string | null;
  #keys: ReturnType<typeof createLocalJWKSet> | null = null;
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;
  readonly #breaker: Breaker;

  constructor(address: IssuerAddress, breakers: Breakers) {
    this.#address = address;
    this.#jwks = address.jwks;
    this.#breaker = issuerBreaker(address.issuer, breakers);
  }

  /**
   * The key that a token's header names.
   * @throws {UnavailableError} when the keys cannot be read now, and none that was read earlier fits
   * @throws jose's error when the issuer has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const outage = await this.#renew(FRESH_MS);
    if (outage !== null && this.#isOlder(STALE_MS)) throw this.#unavailable(outage);
    try {
      return await this.#look(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have made this key since.
      const still = outage ?? (await this.#renew(BETWEEN_READS_MS));
      if (still !== null) throw this.#unavailable(still);
      return await this.#look(header, token);
    }
  };

  async #look(
    ...[header, token]: Parameters<JWTVerifyGetKey>
  ): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    try {
      if (!this.#keys) throw new Error('no keys were read');
      return await this.#keys(header, token);
    } catch (error) {
      if (isOfToken(error)) throw error;
      throw this.#unavailable(error);
    }
  }

  /** Reads the keys if the last reading is at least `thanMs` old. @returns why they cannot be read; null if they are current */
  async #renew(thanMs: number): Promise<object | null> {
    if (!this.#isOlder(thanMs)) return null;
    this.#reading ??= this.#readKeys().finally(() => (this.#reading = null));
    return this.#reading.then(
      () => null,
      (error: unknown) => Object(error) as object,
    );
  }

  async #readKeys(): Promise<void> {
    const { issuer, schemes } = this.#address;
    this.#jwks ??= await findJwks(issuer, schemes, (url) => this.#read(url));
    this.#keys = createLocalJWKSet(await keysIn(this.#jwks, await this.#read(this.#jwks)));
    this.#readAt = performance.now();
  }

  #isOlder(thanMs: number): boolean {
    return performance.now() - this.#readAt >= thanMs;
  }

  #unavailable(cause: unknown): UnavailableError {
    return new UnavailableError(`The keys of ${this.#address.issuer} cannot be read`, { cause });
  }

  #read(url: string): Promise<Response> {
    return this.#breaker.run(async () => {
      const answer = await fetchBounded(url, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
      return answer;
    });
  }
}

/** A page of something in front of the issuer is not its answer: with it, keys that were read earlier would never grow old. */
async function keysIn(url: string, answer: Response): Promise<JSONWebKeySet> {
  const read: unknown = await answer.json().catch(() => null);
  if (isObject(read) && Array.isArray(read['keys'])) return { keys: read['keys'] as JWK[] };
  throw new Error(`${url} does not answer with keys`);
}

/** Whether the token is at fault, and not the reading of the keys. */
function isOfToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
