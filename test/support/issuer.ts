import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { Provider } from 'oidc-provider';

/** A key with which the issuer signs. */
export interface SigningKey {
  private: CryptoKey;
  public: CryptoKey;
  jwk: JWK;
}

export async function signingKey(kid: string, alg: 'RS256' | 'ES256' = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
  return { private: privateKey, public: publicKey, jwk };
}

/** Keeps nothing: the client is in the configuration, and the tokens are self-contained. */
class Forgetful {
  upsert = async () => undefined;
  find = async () => undefined;
  findByUid = async () => undefined;
  findByUserCode = async () => undefined;
  consume = async () => undefined;
  destroy = async () => undefined;
  revokeByGrantId = async () => undefined;
}

/** The one client that it knows. */
export const CLIENT = { id: 'a-client', secret: 'secret-of-a-client' };

/** An OpenID Connect issuer (`oidc-provider`) on a port of its own. It can be stopped, and started again with another key. */
export class Issuer {
  url = '';
  /** How often its keys were asked for. */
  readsOfKeys = 0;
  /** How often tokens were asked for. */
  asked = 0;
  #key: SigningKey;
  #server: Server | null = null;

  constructor(key: SigningKey) {
    this.#key = key;
  }

  get key(): SigningKey {
    return this.#key;
  }

  async start(key: SigningKey = this.#key): Promise<void> {
    this.#key = key;
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/jwks')) this.readsOfKeys += 1;
      if (request.url?.startsWith('/token')) this.asked += 1;
      this.#provider(request, response);
    });
    const port = this.url === '' ? 0 : Number(new URL(this.url).port);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#answer = this.#newProvider().callback();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  /** An access token as an application would be given one, for an audience and with claims. */
  async token(audience: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
    this.#claims = claims;
    const answer = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
    });
    const body = (await answer.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(`No token: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  #claims: Readonly<Record<string, unknown>> = {};
  #answer: ReturnType<Provider['callback']> | null = null;

  #provider(...exchange: Parameters<ReturnType<Provider['callback']>>): void {
    void this.#answer?.(...exchange);
  }

  #newProvider(): Provider {
    return new Provider(this.url, {
      adapter: Forgetful,
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: this.#key.jwk.alg === 'ES256' ? 'ES256' : 'RS256',
        },
      ],
      cookies: { keys: ['of-the-tests-only'] },
      extraTokenClaims: () => this.#claims,
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, audience) => ({
            audience,
            scope: '',
            accessTokenFormat: 'jwt',
            accessTokenTTL: 300,
            jwt: { sign: { alg: this.#key.jwk.alg === 'ES256' ? 'ES256' : 'RS256', kid: this.#key.jwk.kid } },
          }),
        },
      },
      ttl: { ClientCredentials: 300 },
      jwks: { keys: [this.#key.jwk] },
    });
  }
}
