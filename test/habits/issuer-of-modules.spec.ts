import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { SignJWT, type JWTPayload } from 'jose';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { ClientCredentials, KeyRing, TokenVerifier, IssuerTokens } from '@nestjs-spark/modules/internal';
import { MemoryLogger, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import { CLIENT, Issuer, signingKey, type SigningKey } from '../support/issuer.ts';

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
