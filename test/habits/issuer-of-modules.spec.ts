import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { SignJWT, type JWTPayload } from 'jose';
import { Breakers, describeError, printable } from '@nestjs-spark/foundation/internal';
import { ClientCredentials, KeyRing, TokenVerifier, IssuerTokens } from '@nestjs-spark/modules/internal';
import { MemoryLogger, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import { CLIENT, Issuer, signingKey, type SigningKey } from '../support/issuer.ts';
import { StrangeProvider } from './support/strange-provider.ts';

const AUDIENCE = 'urn:spark:modules';
const REQUEST = { method: 'POST', path: '/spark/etl/deploy', body: '{}' };

describe('A module that shows a token of an identity provider', () => {
  let key: SigningKey;
  let issuer: Issuer;
  let verifier: TokenVerifier;
  let log: MemoryLogger;

  beforeAll(async () => {
    key = await signingKey('first');
    issuer = new Issuer(key);
    await issuer.start();
    log = new MemoryLogger();
    verifier = makeVerifier();
  });
  afterAll(() => issuer.stop());

  function makeVerifier(claim = 'module'): TokenVerifier {
    const policy = { production: true, trustedKeys: new Map<string, string[]>() };
    const keys = new KeyRing({ registry: new MemoryRegistry(), state: new MemoryState(), policy, log });
    const receiver = { moduleName: 'Fleet', moduleUrl: 'http://127.0.0.1:5001' };
    const settings = {
      issuer: issuer.url,
      audience: AUDIENCE,
      jwks: null,
      claim,
      schemes: ['http:'],
      client: null,
    };
    return new TokenVerifier({ receiver, keys, log, provider: new IssuerTokens(settings, new Breakers()) });
  }

  const show = (token: string) => verifier.verify({ ...REQUEST, token });
  const forge = (claims: JWTPayload = {}, by: SigningKey = key, alg = 'RS256'): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: issuer.url, aud: AUDIENCE, iat: now, exp: now + 60, module: 'HR', ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg, kid: by.jwk.kid ?? '' }).sign(by.private);
  };

  it('is the module of its claim', async () => {
    expect(await show(await issuer.token(AUDIENCE, { module: 'HR' }))).toEqual({ module: 'HR', act: null });
  });

  it.each([
    ['no module', {}],
    ['a name that no module has', { module: '../x' }],
    ['a module of another type', { module: ['HR'] }],
  ])('is nobody with %s in the claim', async (_, claims) => {
    await expect(show(await issuer.token(AUDIENCE, claims))).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
  });

  it('is unknown with a token for another application, an expired one, or one of a stranger', async () => {
    const past = Math.floor(Date.now() / 1_000) - 600;
    const stranger = await signingKey('first');
    for (const token of [
      await issuer.token('urn:another', { module: 'HR' }),
      await forge({ iat: past, exp: past + 60 }),
      await forge({ exp: past + 10_000_000 }),
      await forge({}, stranger),
      await forge({}, await signingKey('unknown')),
    ])
      await expect(show(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(await show(await forge())).toEqual({ module: 'HR', act: null });
  });

  it('is known with the next key of the provider, and stays known while the provider is away', async () => {
    await issuer.stop();
    expect(await show(await forge())).toEqual({ module: 'HR', act: null });
    await issuer.start(await signingKey('second'));
    verifier = makeVerifier();
    expect(await show(await issuer.token(AUDIENCE, { module: 'HR' }))).toEqual({ module: 'HR', act: null });
    expect(issuer.readsOfKeys).toBe(2);
  });

  it('has to ask again while the provider was never reached', async () => {
    await issuer.stop();
    verifier = makeVerifier();
    await expect(show(await forge())).rejects.toMatchObject({ kind: 'unavailable' });
    await issuer.start();
  });

  const credentials = (client: Partial<typeof CLIENT> = {}, breakers = new Breakers()) =>
    new ClientCredentials(
      {
        issuer: issuer.url,
        audience: AUDIENCE,
        client: { ...CLIENT, scope: null, ...client },
        schemes: ['http:'],
      },
      breakers,
    );

  it('gets it as a client of the provider, once for many requests, and is known by the client', async () => {
    const own = credentials();
    const before = issuer.asked;
    const tokens = await Promise.all([own.token(), own.token()]);
    tokens.push(await own.token());
    expect(issuer.asked - before).toBe(1);
    expect(new Set(tokens).size).toBe(1);
    const byClient = await makeVerifier('client_id').verify({ ...REQUEST, token: tokens[0] ?? '' });
    expect(byClient).toEqual({ module: CLIENT.id, act: null });
  });

  it('gets another one before the first is over', async () => {
    const own = credentials();
    const first = await own.token();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 290_000);
    try {
      expect(await own.token()).not.toBe(first);
    } finally {
      clock.mockRestore();
    }
  });

  it('gets another one when the first was refused, but not each time', async () => {
    const own = credentials();
    const first = await own.token();
    expect(own.forget(first)).toBe(false);
    expect(await own.token()).toBe(first);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 11_000);
    try {
      expect(own.forget(first)).toBe(true);
      const second = await own.token();
      expect(second).not.toBe(first);
      // Another request was refused with the first one at the same time.
      expect(own.forget(first)).toBe(true);
      expect(await own.token()).toBe(second);
    } finally {
      clock.mockRestore();
    }
  });

  it.each([
    ['a wrong secret', { secret: 'wrong-secret-of-a-client' }, /the client a-client: .*secret/],
    ['a client that the provider does not have', { id: 'stranger' }, /the client stranger/],
  ])('is told what the provider says to %s, never the secret', async (_, client, words) => {
    const refusal: unknown = await credentials(client)
      .token()
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UnavailableError);
    expect(String(refusal)).toMatch(words);
    expect(String(refusal)).not.toContain('wrong-secret');
  });

  it('gets none while the provider is away, and one as soon as it is back', async () => {
    const own = credentials();
    await issuer.stop();
    await expect(own.token()).rejects.toThrow(/gave no token to the client a-client: [A-Z_]+$/);
    await issuer.start();
    expect(await own.token()).toMatch(/^ey/);
  });

  it('leaves the tokens that modules sign themselves as they were', async () => {
    await expect(show(await forge({ iss: 'HR' }))).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

describe('A client of a provider that answers strangely', () => {
  let provider: StrangeProvider;

  beforeEach(async () => {
    provider = new StrangeProvider();
    await provider.start();
  });
  afterEach(() => provider.stop());

  const credentials = () =>
    new ClientCredentials(
      {
        issuer: provider.url,
        audience: AUDIENCE,
        client: { ...CLIENT, scope: null },
        schemes: ['http:'],
      },
      new Breakers(),
    );
  const refusal = async (own = credentials()): Promise<Error> => {
    const error: unknown = await own.token().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    return error as Error;
  };

  it.each([
    ['with a line break', { access_token: 'a\r\nX: y' }],
    ['with a space', { access_token: 'a b' }],
    ['in another script', { access_token: 'ü' }],
    ['bound to a key', { token_type: 'DPoP' }],
  ])('gets no token %s, which could not be shown', async (_, answer) => {
    provider.answer = { ...provider.answer, ...answer };
    expect((await refusal()).message).toMatch(/is not a bearer token/);
  });

  it('asks again after a day, however long a token is said to live', async () => {
    provider.answer = { ...provider.answer, expires_in: 1e300 };
    const own = credentials();
    await own.token();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 86_400_000);
    try {
      await own.token();
    } finally {
      clock.mockRestore();
    }
    expect(provider.asked).toBe(2);
  });

  it('reads the description again after one that was of no use', async () => {
    const own = credentials();
    provider.description = { token_endpoint: undefined };
    await refusal(own);
    provider.description = {};
    expect(await own.token()).toBe('a-token');
  });

  it.each([null, 5, {}])('takes methods %j as none that are named', async (methods) => {
    provider.description = { token_endpoint_auth_methods_supported: methods };
    expect(await credentials().token()).toBe('a-token');
  });

  it('says what it answers in one line of readable length, without the secret', async () => {
    const words = `for ${CLIENT.secret}\n\u001b[31m${'x'.repeat(10_000)}`;
    provider.status = 400;
    provider.answer = { error: 'invalid_client', error_description: words };
    const error = await refusal();
    expect(describeError(error)).not.toContain(CLIENT.secret);
    expect(error.message).toBe(printable(error.message));
    expect(error.message.length).toBeLessThan(500);
  });

  it('says that the client is refused where only a header says so', async () => {
    provider.status = 401;
    provider.headers = { 'www-authenticate': 'Basic realm="x"', 'content-type': 'text/html' };
    expect((await refusal()).message).toMatch(/it answers 401; check the client's id and secret/);
  });
});
