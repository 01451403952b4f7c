import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHmac, randomUUID } from 'node:crypto';
import { ProblemError, UnavailableError, type PublicKeyJwk } from '@nestjs-spark/contracts/internal';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose';
import { MemoryLogger, MemoryRegistry, MemoryState, MemoryTokenLedger } from '@nestjs-spark/testing';
import { bodyDigest } from './body-digest.ts';
import type { TrustPolicy } from './judge-key.ts';
import { KeyRing } from './key-ring.ts';
import { TokenVerifier } from './token-verifier.ts';

const BODY = '{"requestingModule":"HR"}';
const REQUEST = { method: 'POST', path: '/spark/etl/deploy?x=1', body: BODY };

interface Key {
  jwk: PublicKeyJwk;
  keyId: string;
  privateKey: CryptoKey;
}

let registry: MemoryRegistry;
let state: MemoryState;
let log: MemoryLogger;
let now: number;
let hr: Key;
let verifier: TokenVerifier;

beforeEach(async () => {
  registry = new MemoryRegistry();
  state = new MemoryState();
  log = new MemoryLogger();
  now = Date.now();
  hr = await makeKey();
  await registerKey('HR', hr.jwk);
  verifier = makeVerifier();
});

function makeVerifier(policy: Partial<TrustPolicy> = {}): TokenVerifier {
  const keys = new KeyRing({
    registry,
    state,
    log,
    policy: { production: false, trustedKeys: new Map(), ...policy },
    now: () => now,
    betweenReadsMs: 0,
  });
  const receiver = { moduleName: 'Fleet', moduleUrl: 'http://127.0.0.1:5001' };
  return new TokenVerifier({ receiver, keys, log, now: () => now });
}

/** Another instance of Fleet, or this one after a restart. */
function anotherInstance(ledger: MemoryTokenLedger): TokenVerifier {
  const policy = { production: false, trustedKeys: new Map<string, string[]>() };
  const keys = new KeyRing({ registry, state, log, policy, now: () => now, betweenReadsMs: 0 });
  const receiver = { moduleName: 'Fleet', moduleUrl: 'http://127.0.0.1:5001' };
  return new TokenVerifier({ receiver, keys, log, ledger, now: () => now });
}

function claims(change: Record<string, unknown> = {}): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  return {
    iss: 'HR',
    aud: 'Fleet',
    iat,
    exp: iat + 60,
    jti: randomUUID(),
    htm: 'POST',
    htu: '/spark/etl/deploy',
    body_sha256: bodyDigest(BODY),
    ...change,
  };
}

function sign(
  change: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  key = hr,
): Promise<string> {
  return new SignJWT(claims(change))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.keyId, ...header })
    .sign(key.privateKey);
}

async function refusal(token: string, request = REQUEST): Promise<ProblemError> {
  try {
    await verifier.verify({ ...request, token });
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('the token was accepted');
}

describe('a module token', () => {
  it('that is right tells the module, as the registry writes it', async () => {
    expect(await verifier.verify({ ...REQUEST, token: await sign({ iss: 'hr', aud: 'FLEET' }) })).toEqual({
      module: 'HR',
      act: null,
    });
  });

  it('with a claim act asks in the name of a user', async () => {
    const act = { sub: 'ann', role: 'viewer' };
    expect(await verifier.verify({ ...REQUEST, token: await sign({ act }) })).toEqual({ module: 'HR', act });
  });

  it.each([
    null,
    'ann',
    {},
    { sub: 'ann' },
    { sub: 'ann', role: 'admin' },
    { sub: 7, role: 'viewer' },
    { sub: 'a'.repeat(257), role: 'viewer' },
    [{ sub: 'ann', role: 'operator' }],
  ])('is refused with the claim act %j', async (act) => {
    expect((await refusal(await sign({ act }))).kind).toBe('unauthenticated');
  });

  it('does not carry a claim act that another key has signed', async () => {
    const act = { sub: 'ann', role: 'operator' };
    const token = await sign({ act }, { kid: hr.keyId }, await makeKey());
    expect((await refusal(token)).kind).toBe('unauthenticated');
  });

  it('may name the full URL, as RFC 9449 has it', async () => {
    const token = await sign({ htu: 'https://fleet.example/spark/etl/deploy' });
    expect(await verifier.verify({ ...REQUEST, token })).toEqual({ module: 'HR', act: null });
  });

  it('for a request without a body is bound to the empty one', async () => {
    const request = { method: 'GET', path: '/spark/replication' };
    const token = await sign({
      htm: 'GET',
      htu: '/spark/replication',
      body_sha256: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    });
    expect(await verifier.verify({ ...request, token })).toEqual({ module: 'HR', act: null });
  });

  it('holds for bytes as well as text', async () => {
    expect(await verifier.verify({ ...REQUEST, body: Buffer.from(BODY), token: await sign() })).toEqual({
      module: 'HR',
      act: null,
    });
  });

  it('is used once at all instances together, and after a restart', async () => {
    const ledger = new MemoryTokenLedger();
    const token = await sign();
    verifier = anotherInstance(ledger);
    await verifier.verify({ ...REQUEST, token });
    verifier = anotherInstance(ledger);
    expect((await refusal(token)).kind).toBe('unauthenticated');
    await verifier.verify({ ...REQUEST, token: await sign() });
  });

  it('is not accepted while nobody knows whether it was used, and is to be sent again', async () => {
    const ledger = Object.assign(new MemoryTokenLedger(), { away: true });
    verifier = anotherInstance(ledger);
    const answer = (await refusal(await sign())).toProblem();
    expect(answer).toMatchObject({ status: 503 });
    ledger.away = false;
    await verifier.verify({ ...REQUEST, token: await sign() });
  });

  it('is not in the ledger before its signature was checked', async () => {
    const ledger = Object.assign(new MemoryTokenLedger(), { away: true });
    verifier = anotherInstance(ledger);
    const stranger = await makeKey();
    expect((await refusal(await sign({}, { kid: hr.keyId }, stranger))).kind).toBe('unauthenticated');
  });

  it('within five seconds of clock skew is taken', async () => {
    const second = Math.floor(now / 1000);
    await verifier.verify({ ...REQUEST, token: await sign({ iat: second + 4, exp: second + 60 }) });
    await verifier.verify({ ...REQUEST, token: await sign({ iat: second - 60, exp: second - 3 }) });
  });
});

describe('refused with one and the same 401 for every cause', () => {
  const attacks: [string, () => Promise<string> | string][] = [
    ['no token', () => ''],
    ['no JWT', () => 'a.b.c'],
    ['two parts', async () => (await sign()).split('.').slice(0, 2).join('.')],
    ['a token longer than any of ours', () => 'a'.repeat(5_000)],
    ['alg none', () => unsecured({ alg: 'none', kid: hr.keyId })],
    ['alg none without kid', () => unsecured({ alg: 'none' })],
    ['HS256 with the public key as secret', () => hmac(Buffer.from(hr.jwk.x, 'base64url'))],
    ['HS256 with the public JWK as secret', () => hmac(Buffer.from(JSON.stringify(hr.jwk)))],
    [
      'a foreign jwk in the header',
      async () => {
        const own = await makeKey();
        return sign({}, { jwk: own.jwk }, own);
      },
    ],
    ['a jku', () => sign({}, { jku: 'http://evil/keys' })],
    ['an x5u', () => sign({}, { x5u: 'http://evil/cert' })],
    ['a crit header', () => sign({ b64: true }, { crit: ['b64'], b64: true })],
    ['no kid', () => sign({}, { kid: undefined as never })],
    ["another's kid with one's own key", async () => sign({}, { kid: hr.keyId }, await makeKey())],
    ["one's own kid and key under another's name", async () => sign({}, {}, await makeKey())],
    ['another audience', () => sign({ aud: 'Sales' })],
    ['several audiences', () => sign({ aud: ['Fleet', 'Sales'] })],
    ['no audience', () => sign({ aud: undefined })],
    ['an unknown issuer', () => sign({ iss: 'Nobody' })],
    ['an issuer that is not a name', () => sign({ iss: '../HR' })],
    ['an issuer of another type', () => sign({ iss: 7 as never })],
    ['another method', () => sign({ htm: 'GET' })],
    ['another path', () => sign({ htu: '/spark/replication' })],
    ['a path in another case', () => sign({ htu: '/Spark/etl/deploy' })],
    ['another body', () => sign({ body_sha256: bodyDigest('{}') })],
    ['no body hash', () => sign({ body_sha256: undefined })],
    ['expired, and signed by another', async () => sign({ ...expiredTimes() }, {}, await makeKey())],
    ['expired, and for another path', () => sign({ ...expiredTimes(), htu: '/spark/replication' })],
    ['living longer than a minute', () => sign({ exp: seconds() + 61 })],
    ['without an expiry', () => sign({ exp: undefined })],
    ['ending before it began', () => sign({ exp: seconds() - 1 })],
    ['an end that is not a number', () => sign({ exp: '9e99' as never })],
    ['without jti', () => sign({ jti: undefined })],
    ['with an endless jti', () => sign({ jti: 'x'.repeat(129) })],
    [
      'a changed payload',
      async () => {
        const parts = (await sign()).split('.');
        parts[1] = encode(claims({ iss: 'HR', extra: 1 }));
        return parts.join('.');
      },
    ],
  ];

  it.each(attacks)('%s', async (_, attack) => {
    const error = await refusal(await attack());
    expect(error.toProblem()).toEqual({
      type: 'urn:spark:problem:unauthenticated',
      title: 'No valid credential',
      status: 401,
      detail:
        'The token is not valid here: a module or operator token is needed. Operators use the SPARK_OPERATOR_TOKEN of this module; while that is unset, they have no access.',
    });
    expect(state.documents.size).toBe(0);
  });

  it.each([
    ['expired', expiredTimes],
    ['made an hour ago', () => ({ iat: seconds() - 3_600, exp: seconds() - 3_540 })],
    ['made in the future', () => ({ iat: seconds() + 30, exp: seconds() + 60 })],
    ['made in an hour', () => ({ iat: seconds() + 3_600, exp: seconds() + 3_660 })],
    ['not valid yet', () => ({ nbf: seconds() + 30 })],
  ])(
    '%s, but signed with the believed key: it is told this clock, so that it knows what is wrong',
    async (_, times) => {
      const error = await refusal(await sign(times()));
      expect(error.toProblem()).toMatchObject({
        type: 'urn:spark:problem:token-times',
        status: 401,
        time: new Date(now).toISOString(),
        detail: expect.stringContaining("this module's clock"),
      });
      expect(state.documents.size).toBe(0);
    },
  );

  it('a token shown twice', async () => {
    const token = await sign();
    await verifier.verify({ ...REQUEST, token });
    expect((await refusal(token)).status).toBe(401);
  });

  it('the reason is in the debug log alone', async () => {
    await refusal(await sign({ aud: 'Sales' }));
    expect(log.said('debug').join()).toContain('aud is another module');
    expect(log.lines.every(({ level }) => level === 'debug')).toBe(true);
  });
});

it.each(['at+jwt', 'logout+jwt', 5])(
  'a token that is signed for another use (typ %p) is refused',
  async (typ) => {
    expect((await refusal(await sign({}, { typ: typ as string }))).status).toBe(401);
    expect(await verifier.verify({ ...REQUEST, token: await sign({}, { typ: 'JWT' }) })).toEqual({
      module: 'HR',
      act: null,
    });
  },
);

describe('the key of a module', () => {
  it('is pinned at the first right token', async () => {
    await verifier.verify({ ...REQUEST, token: await sign() });
    expect(state.documents.get('sparkkeys/hr')?.value).toMatchObject({
      module: 'HR',
      keyId: hr.keyId,
      publicKey: hr.jwk,
    });
  });

  it('cannot be replaced by writing another into the registry, and the log says what an operator can do', async () => {
    await verifier.verify({ ...REQUEST, token: await sign() });
    const thief = await makeKey();
    await registerKey('HR', thief.jwk);
    now += 60_000;
    expect((await refusal(await sign({}, {}, thief))).status).toBe(401);
    expect(log.said('warn').join()).toContain(`SPARK_TRUSTED_KEYS=HR=${thief.keyId}`);
    expect(await verifier.verify({ ...REQUEST, token: await sign() })).toEqual({ module: 'HR', act: null });
  });

  it('changes when an operator lists the new one', async () => {
    await verifier.verify({ ...REQUEST, token: await sign() });
    const renewed = await makeKey();
    await registerKey('HR', renewed.jwk);
    verifier = makeVerifier({ trustedKeys: new Map([['hr', [renewed.keyId]]]) });
    await verifier.verify({ ...REQUEST, token: await sign({}, {}, renewed) });
    expect(state.documents.get('sparkkeys/hr')?.value).toMatchObject({ keyId: renewed.keyId });
    expect((await refusal(await sign())).status).toBe(401);
  });

  it('is not believed at first sight in production', async () => {
    verifier = makeVerifier({ production: true });
    expect((await refusal(await sign())).status).toBe(401);
    expect(log.said('warn').join()).toContain('nobody has approved');
    verifier = makeVerifier({ production: true, trustedKeys: new Map([['hr', [hr.keyId]]]) });
    expect(await verifier.verify({ ...REQUEST, token: await sign() })).toEqual({ module: 'HR', act: null });
  });

  it('is not what another collection has under its id, and an odd pin takes no other with it', async () => {
    verifier = makeVerifier({ production: true });
    const pin = { module: 'HR', keyId: hr.keyId, publicKey: hr.jwk, pinnedAt: '2026-01-01T00:00:00Z' };
    await state.write('sparkKeys/hr', 'Cars', pin, null);
    expect((await refusal(await sign())).status).toBe(401);
    state.clear();
    await state.write('sparkKeys/hr', 'SparkKeys', pin, null);
    await state.write('sparkKeys/empty', 'SparkKeys', {}, null);
    await state.write('sparkKeys/sales', 'SparkKeys', pin, null);
    now += 60_000;
    expect(await verifier.verify({ ...REQUEST, token: await sign() })).toEqual({ module: 'HR', act: null });
    expect(log.said('warn').join()).toContain('sparkKeys/sales');
  });

  it('is found at once when the module registers after it was asked for in vain', async () => {
    const sales = await makeKey();
    expect((await refusal(await sign({ iss: 'Sales' }, {}, sales))).status).toBe(401);
    await registerKey('Sales', sales.jwk);
    now += 1;
    expect(await verifier.verify({ ...REQUEST, token: await sign({ iss: 'Sales' }, {}, sales) })).toEqual({
      module: 'Sales',
      act: null,
    });
  });

  it('is found at once although the clock was set back meanwhile', async () => {
    const keys = new KeyRing({
      registry,
      state,
      log,
      policy: { production: false, trustedKeys: new Map() },
      betweenReadsMs: 0,
    });
    const sales = await makeKey();
    expect(await keys.find('Sales', sales.keyId)).toBeNull();
    await registerKey('Sales', sales.jwk);
    const earlier = Date.now() - 1_200_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(earlier);
    expect(await keys.find('Sales', sales.keyId)).toMatchObject({ module: 'Sales' });
    clock.mockRestore();
  });

  it('that is not an Ed25519 key is not accepted', async () => {
    await registerKey('HR', { kty: 'oct', crv: 'Ed25519', x: hr.jwk.x });
    expect((await refusal(await sign())).status).toBe(401);
  });

  it('cannot be told while the registry is away: 503 with what is away, so that the caller tries again', async () => {
    registry.away = true;
    const { status, message } = await refusal(await sign());
    expect([status, message]).toEqual([503, 'Fleet cannot check who asks. The registry cannot be reached.']);
  });
});

describe("this module's own token", () => {
  it('is believed without the registry, and only with its own key', async () => {
    const mine = await makeKey();
    const keys = new KeyRing({ registry, state, log, policy: { production: true, trustedKeys: new Map() } });
    const receiver = { moduleName: 'Fleet', moduleUrl: '' };
    const own = { keyId: mine.keyId, publicKey: mine.jwk };
    verifier = new TokenVerifier({ receiver, keys, own, log, now: () => now });
    registry.away = true;
    const token = await sign({ iss: 'Fleet' }, { kid: mine.keyId }, mine);
    expect(await verifier.verify({ ...REQUEST, token })).toEqual({ module: 'Fleet', act: null });
    registry.away = false;
    expect((await refusal(await sign({ iss: 'Fleet' }, { kid: mine.keyId }, hr))).status).toBe(401);
    expect((await refusal(await sign({ iss: 'HR' }, { kid: mine.keyId }, mine))).status).toBe(401);
  });

  it('is accepted only once even while the other instances cannot be asked', async () => {
    const mine = await makeKey();
    const policy = { production: true, trustedKeys: new Map<string, string[]>() };
    const keys = new KeyRing({ registry, state, log, policy });
    const receiver = { moduleName: 'Fleet', moduleUrl: '' };
    const own = { keyId: mine.keyId, publicKey: mine.jwk };
    const ledger = Object.assign(new MemoryTokenLedger(), { away: true });
    verifier = new TokenVerifier({ receiver, keys, own, ledger, log, now: () => now });
    const token = await sign({ iss: 'Fleet' }, { kid: mine.keyId }, mine);
    expect(await verifier.verify({ ...REQUEST, token })).toEqual({ module: 'Fleet', act: null });
    expect((await refusal(token)).status).toBe(401);
  });
});

describe('a token that acts for a user', () => {
  it('waits less for the ledger than the console that the user looks at, and says what does not answer', async () => {
    const patience: (number | undefined)[] = [];
    const ledger = {
      spend: (_issuer: string, _jti: string, patienceMs?: number) => {
        patience.push(patienceMs);
        return Promise.reject(
          new UnavailableError('NATS (nats:4222) is connected but does not answer in time'),
        );
      },
    };
    const keys = new KeyRing({ registry, state, log, policy: { production: false, trustedKeys: new Map() } });
    verifier = new TokenVerifier({
      receiver: { moduleName: 'Fleet', moduleUrl: '' },
      keys,
      ledger,
      log,
      now: () => now,
    });
    await refusal(await sign());
    const { message } = await refusal(await sign({ act: { sub: 'ann', role: 'viewer' } }));
    expect(patience).toEqual([undefined, 2_000]);
    expect(message).toBe(
      'Fleet cannot check who asks. NATS (nats:4222) is connected but does not answer in time.',
    );
  });
});

describe('a flood of forged tokens', () => {
  it('reads the registry no more than once a second', async () => {
    const keys = new KeyRing({
      registry,
      state,
      log,
      policy: { production: false, trustedKeys: new Map() },
      betweenReadsMs: 200,
    });
    const before = registry.reads;
    const started = Date.now();
    await Promise.all(Array.from({ length: 500 }, (_, n) => keys.find(`Module${n % 50}`, hr.keyId)));
    const allowed = 2 + Math.ceil((Date.now() - started) / 200);
    expect(registry.reads - before).toBeLessThanOrEqual(allowed);
  });

  it('that could be refused by looking at them reads nothing at all', async () => {
    const before = registry.reads;
    for (let n = 0; n < 50; n++) await refusal(await sign({ aud: 'Sales' }));
    expect(registry.reads).toBe(before);
  });
});

function seconds(): number {
  return Math.floor(now / 1000);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function unsecured(header: object): string {
  return `${encode(header)}.${encode(claims())}.`;
}

function hmac(secret: Buffer): string {
  const head = `${encode({ alg: 'HS256', kid: hr.keyId })}.${encode(claims())}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

async function registerKey(appName: string, publicKey: PublicKeyJwk): Promise<void> {
  await registry.register({
    appName,
    appUrl: 'http://127.0.0.1:1',
    databaseName: appName,
    databaseUrls: [],
    registeredAtUtc: new Date(now).toISOString(),
    publicKey,
  });
}

async function makeKey(): Promise<Key> {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const { kty = '', crv = '', x = '' } = await exportJWK(pair.publicKey);
  const jwk = { kty, crv, x };
  return { jwk, keyId: await calculateJwkThumbprint(jwk), privateKey: pair.privateKey };
}

function expiredTimes(): Record<string, unknown> {
  return { iat: seconds() - 70, exp: seconds() - 10 };
}
