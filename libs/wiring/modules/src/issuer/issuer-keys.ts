import { UnavailableError } from '@nestjs-spark/contracts';
import type { Breaker, Breakers } from '@nestjs-spark/foundation/internal';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
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

/** The public keys of an issuer, read when the first token arrives and again when it shows a new one. */
export class IssuerKeys {
  readonly #address: IssuerAddress;
  #remote: ReturnType<typeof createRemoteJWKSet> | null = null;
  #readAt = -Infinity;
  readonly #breaker: Breaker;

  constructor(address: IssuerAddress, breakers: Breakers) {
    this.#address = address;
    this.#breaker = issuerBreaker(address.issuer, breakers);
  }

  /**
   * The key that a token's header names.
   * @throws {UnavailableError} when the keys cannot be read now, and none that was read earlier fits
   * @throws jose's error when the issuer has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    try {
      this.#remote ??= await this.#open();
      return await this.#remote(header, token);
    } catch (error) {
      if (isOfToken(error)) throw error;
      const known = performance.now() - this.#readAt < STALE_MS ? this.#remote?.jwks() : undefined;
      try {
        if (known) return await createLocalJWKSet(known)(header, token);
      } catch {
        // The issuer may have made this key since.
      }
      throw new UnavailableError(`The keys of ${this.#address.issuer} cannot be read`, { cause: error });
    }
  };

  async #open(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { jwks, issuer, schemes } = this.#address;
    const at =
      jwks ??
      (await findJwks(issuer, schemes, (url) =>
        this.#read(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
      ));
    return createRemoteJWKSet(new URL(at), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: BETWEEN_READS_MS,
      cacheMaxAge: FRESH_MS,
      [customFetch]: async (url, init) => {
        const answer = await this.#read(url, init);
        await requireKeys(url, answer.clone());
        this.#readAt = performance.now();
        return answer;
      },
    });
  }

  #read(url: string, init: Parameters<typeof fetchBounded>[1]): Promise<Response> {
    return this.#breaker.run(async () => {
      const answer = await fetchBounded(url, init);
      if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
      return answer;
    });
  }
}

/** A page of something in front of the issuer is not its answer: with it, keys that were read earlier would never grow old. */
async function requireKeys(url: string, answer: Response): Promise<void> {
  const read: unknown = await answer.json().catch(() => null);
  const isSet = typeof read === 'object' && read !== null && 'keys' in read && Array.isArray(read.keys);
  if (!isSet) throw new Error(`${url} does not answer with keys`);
}

/** Whether the token is at fault, and not the reading of the keys. */
function isOfToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
