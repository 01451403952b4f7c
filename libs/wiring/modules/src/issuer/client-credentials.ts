import { UnavailableError } from '@nestjs-spark/contracts';
import {
  type Breaker,
  type Breakers,
  loadPackage,
  messageOf,
  printable,
} from '@nestjs-spark/foundation/internal';
import type * as oauth from 'oauth4webapi';
import { whyNoAnswer } from '../call/send-signed.ts';
import { fetchBounded } from './fetch-bounded.ts';
import { issuerBreaker } from './issuer-breaker.ts';
import { LONGEST_LIFE_SECONDS } from './longest-life.ts';

/** How a module authenticates to its identity provider. */
export interface ProviderClient {
  id: string;
  secret: string;
  /**
   * Requested in place of the audience, for providers that derive the audience from the scope; null: the audience is requested.
   */
  scope: string | null;
}

export interface ClientCredentialsParts {
  issuer: string;
  /** The required audience of the tokens. */
  audience: string;
  client: ProviderClient;
  /** The URL schemes allowed for the provider. */
  schemes: readonly string[];
}

/** The package, which is loaded when the first token is requested: most modules have no identity provider. */
type OAuth = typeof oauth;

interface Kept {
  token: string;
  /** When it was asked for, and until when it is used, by this process's monotonic clock (`performance.now()`). */
  since: number;
  until: number;
}

const TIMEOUT_MS = 5_000;
/** A token is only used for this part of its lifetime: the rest allows for transit and clock differences. */
const USED_PART = 0.8;
/** A module that refuses every token must not cause the provider to be asked for one at each request. */
const LEAST_USE_MS = 10_000;
/** Assumed when the provider does not state a lifetime. */
const UNKNOWN_LIFE_SECONDS = 60;
/** The characters of a bearer token (RFC 6750, section 2.1). `fetch` would quote any other one in its header error. */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;
/** The provider's own words are truncated to this length. */
const MOST_WORDS = 300;

/** This module's tokens from its identity provider (RFC 6749, section 4.4). A token is reused until it nears its end. */
export class ClientCredentials {
  readonly #parts: ClientCredentialsParts;
  readonly #breaker: Breaker;
  #server: oauth.AuthorizationServer | null = null;
  #kept: Kept | null = null;
  #asking: Promise<Kept> | null = null;

  readonly #import: () => Promise<OAuth>;

  /** @param load loads `oauth4webapi` */
  constructor(
    parts: ClientCredentialsParts,
    breakers: Breakers,
    load: () => Promise<OAuth> = () => import('oauth4webapi'),
  ) {
    this.#parts = parts;
    this.#import = load;
    this.#breaker = issuerBreaker(parts.issuer, breakers);
  }

  /** @throws {UnavailableError} when the provider issues none now; the message says why, without the secret */
  async token(): Promise<string> {
    if (!this.#kept || this.#kept.until <= performance.now()) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = null));
      this.#kept = await this.#asking;
    }
    return this.#kept.token;
  }

  /**
   * Is informed of a token that a module has refused: its issuer may have revoked it, or changed its keys.
   * @returns whether another one is asked for now; not for a token that has just been issued
   */
  forget(token: string): boolean {
    if (this.#kept?.token !== token) return true;
    if (performance.now() - this.#kept.since < LEAST_USE_MS) return false;
    this.#kept = null;
    return true;
  }

  async #ask(): Promise<Kept> {
    const { issuer, client, audience } = this.#parts;
    const lib = await this.#load();
    try {
      const server = (this.#server ??= await this.#discover(lib));
      const known: oauth.Client = { client_id: client.id };
      const asked = performance.now();
      const response = await lib.clientCredentialsGrantRequest(
        server,
        known,
        authenticationAt(lib, server)(client.secret),
        // RFC 8707 defines `resource`; several providers only know it as `audience`, and unknown parameters have to be ignored.
        client.scope === null ? { resource: audience, audience } : { scope: client.scope },
        this.#options(lib),
      );
      const answer = await lib.processClientCredentialsResponse(server, known, response);
      const { access_token: token, token_type: type, expires_in: seconds = UNKNOWN_LIFE_SECONDS } = answer;
      if (type !== 'bearer' || !BEARER_TOKEN.test(token))
        throw new Error('its answer is not a bearer token (RFC 6750)');
      return {
        token,
        since: asked,
        until: asked + Math.min(seconds, LONGEST_LIFE_SECONDS) * 1_000 * USED_PART,
      };
    } catch (error) {
      // Its metadata may have been wrong, or refer to an address that it has left.
      this.#server = null;
      const why = printable(whyNone(lib, error).replaceAll(client.secret, '***')).slice(0, MOST_WORDS);
      // Without the cause, which may quote the secret.
      throw new UnavailableError(`${issuer} gave no token to the client ${client.id}: ${why}`);
    }
  }

  #load(): Promise<OAuth> {
    return loadPackage('oauth4webapi', this.#import).catch((error: unknown) => {
      throw new UnavailableError(`${this.#parts.issuer} cannot be asked for a token: ${messageOf(error)}`);
    });
  }

  async #discover(lib: OAuth): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.#parts.issuer);
    return lib.processDiscoveryResponse(issuer, await lib.discoveryRequest(issuer, this.#options(lib)));
  }

  #options(lib: OAuth): oauth.HttpRequestOptions<'GET' | 'POST', URLSearchParams | undefined> {
    return {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      [lib.allowInsecureRequests]: this.#parts.schemes.includes('http:'),
      [lib.customFetch]: (url, { signal, headers, method, body }) =>
        this.#breaker.run(async () => {
          const answer = await fetchBounded(url, {
            headers: new Headers(headers),
            method,
            ...(signal && { signal }),
            ...(body && { body }),
          });
          if (answer.status >= 500) throw new Error(`${url} answers ${answer.status}`);
          return answer;
        }),
    };
  }
}

/** A server that lists no methods supports `client_secret_basic` (RFC 8414). */
function authenticationAt(
  lib: OAuth,
  { token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer,
): (secret: string) => oauth.ClientAuth {
  return !Array.isArray(methods) || methods.includes('client_secret_basic')
    ? lib.ClientSecretBasic
    : lib.ClientSecretPost;
}

/** A provider's refusal has a code and, often, a description. */
function whyNone(lib: OAuth, error: unknown): string {
  if (error instanceof lib.WWWAuthenticateChallengeError)
    return `it answers ${error.status}; check the client's id and secret`;
  if (error instanceof lib.ResponseBodyError) {
    const words = [error.error, error.error_description].filter(Boolean).join(': ');
    return error.error === 'invalid_client' ? `${words}; check the client's id and secret` : words;
  }
  const { timedOut, code } = whyNoAnswer(error);
  return timedOut ? 'no answer in time' : (code ?? messageOf(error));
}
