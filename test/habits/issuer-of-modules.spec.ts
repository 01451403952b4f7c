import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, type JWTPayload } from 'jose';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { KeyRing, TokenVerifier, IssuerTokens } from '@nestjs-spark/modules/internal';
import { MemoryLogger, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import { Issuer, signingKey, type SigningKey } from '../support/issuer.ts';

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

  function makeVerifier(): TokenVerifier {
    const policy = { production: true, trustedKeys: new Map<string, string[]>() };
    const keys = new KeyRing({ registry: new MemoryRegistry(), state: new MemoryState(), policy, log });
    const receiver = { moduleName: 'Fleet', moduleUrl: 'http://127.0.0.1:5001' };
    const settings = {
      issuer: issuer.url,
      audience: AUDIENCE,
      jwks: null,
      claim: 'module',
      schemes: ['http:'],
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

  it('leaves the tokens that modules sign themselves as they were', async () => {
    await expect(show(await forge({ iss: 'HR' }))).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});
