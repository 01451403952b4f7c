import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { UnavailableError } from '@nestjs-spark/contracts';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { IssuerKeys } from './issuer-keys.ts';
import { verifyIssued } from './verify-issued.ts';

const MINUTE = 60_000;

interface Answer {
  status: number;
  body: string;
}

let server: Server;
let answer: Answer;
let reads: number;
let url: string;
let now: number;

beforeEach(async () => {
  reads = 0;
  server = createServer((_, response) => {
    reads++;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  now = performance.now();
  // Keys grow old by the process's own clock and by the machine's.
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const began = { now, date: Date.now() };
  jest.spyOn(Date, 'now').mockImplementation(() => began.date + now - began.now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

async function makeSigner(kid: string, alg = 'EdDSA') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg };
  const token = () =>
    new SignJWT({ iss: url, aud: 'Fleet' })
      .setProtectedHeader({ alg, kid })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  return { jwk, token };
}

const lists = (...keys: unknown[]): Answer => ({ status: 200, body: JSON.stringify({ keys }) });

function issuer() {
  const keys = new IssuerKeys({ issuer: url, jwks: `${url}/jwks`, schemes: ['http:'] }, new Breakers());
  const verify = (token: string) =>
    verifyIssued(token, {
      issuer: url,
      audience: 'Fleet',
      requiredClaims: ['exp', 'iat'],
      findKey: keys.find,
    });
  return { verify };
}

describe('the keys of an issuer', () => {
  it.each<[string, Answer]>([
    ['is away', { status: 503, body: '' }],
    ['has another server’s page in front of it', { status: 200, body: '<html>Log in</html>' }],
    ['answers with something else', { status: 200, body: '{"keys":{}}' }],
  ])('stay in use for an hour while it %s, and no longer', async (_, instead) => {
    const one = await makeSigner('one');
    const { verify } = issuer();
    answer = lists(one.jwk);
    await verify(await one.token());
    answer = instead;
    for (let passed = 0; passed < 55; passed += 11) {
      now += 11 * MINUTE;
      await verify(await one.token());
    }
    now += 11 * MINUTE;
    await expect(verify(await one.token())).rejects.toThrow(UnavailableError);
    answer = lists(one.jwk);
    now += MINUTE;
    await verify(await one.token());
  });

  it('are read again when a token uses a new one, and those no longer listed are refused from then on', async () => {
    const [one, other] = [await makeSigner('one'), await makeSigner('other')];
    const { verify } = issuer();
    answer = lists(one.jwk);
    await verify(await one.token());
    answer = lists(other.jwk);
    now += 6_000;
    await verify(await other.token());
    await expect(verify(await one.token())).rejects.toThrow();
  });

  it.each([-1, 1])('are read as often when the machine’s clock is set by %i days', async (days) => {
    const [one, other] = [await makeSigner('one'), await makeSigner('other')];
    const { verify } = issuer();
    answer = lists(one.jwk);
    const tokenOfOne = await one.token();
    await verify(tokenOfOne);
    const setTo = Date.now() + days * 24 * 60 * MINUTE;
    jest.mocked(Date.now).mockImplementation(() => setTo);
    answer = lists(other.jwk);
    expect(reads).toBe(1);
    now += 4_000;
    await expect(verify(await other.token())).rejects.toThrow('no applicable key');
    expect(reads).toBe(1);
    now += 2_000;
    await verify(await other.token());
    answer = lists();
    now += 11 * MINUTE;
    await expect(verify(await other.token())).rejects.toThrow('no applicable key');
  });

  it('are read once for many tokens with unknown keys', async () => {
    const [one, stranger] = [await makeSigner('one'), await makeSigner('stranger')];
    const { verify } = issuer();
    answer = lists(one.jwk);
    await verify(await one.token());
    const token = await stranger.token();
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => verify(token)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(reads).toBeLessThan(3);
  });

  it('do not include a symmetric key from its set', async () => {
    const rsa = await makeSigner('one', 'RS256');
    const shared = Buffer.from(JSON.stringify(rsa.jwk));
    answer = lists({ kty: 'oct', k: shared.toString('base64url'), kid: 'one', alg: 'HS256' }, rsa.jwk);
    const { verify } = issuer();
    const forged = await new SignJWT({ iss: url, aud: 'Fleet' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(shared);
    await expect(verify(forged)).rejects.toThrow('signed with "HS256"');
    expect(reads).toBe(0);
    await verify(await rsa.token());
  });

  it('are found in a set of thousands, and an oversized set is not read', async () => {
    const one = await makeSigner('one');
    const others = Array.from({ length: 4_000 }, (_, n) => ({ ...one.jwk, kid: `other-${n}` }));
    answer = lists(...others, one.jwk);
    await issuer().verify(await one.token());
    answer = lists(...others, ...others, ...others, one.jwk);
    await expect(issuer().verify(await one.token())).rejects.toThrow(UnavailableError);
  });
});
