import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Param,
  Post,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  ApiGuard,
  CurrentCaller,
  mayChange,
  MinimumRole,
  Public,
  SparkAuthModule,
  type ApiCaller,
} from '@nestjs-spark/auth';
import { ProblemError } from '@nestjs-spark/contracts';
import { isSparkRoute } from '@nestjs-spark/modules';
import { eventually } from '@nestjs-spark/servers/testing';
import { exportSPKI, SignJWT, type JWTHeaderParameters } from 'jose';
import { Issuer, signingKey, type SigningKey } from '../support/issuer.ts';
import { ask, closeAll, create, listen, OPERATOR, orders, PLATFORMS, type Asked } from './support/orders.ts';

const AUDIENCE = 'urn:orders';
const STATIC = 'a-static-token-of-ci';

@Controller('notes')
class NotesController {
  @Get()
  who(@CurrentCaller() caller: ApiCaller): object {
    const { kind, subject, role, tenant } = caller;
    return { kind, subject, role, tenant };
  }

  @Post()
  write(@CurrentCaller() { subject }: ApiCaller): object {
    return { of: subject };
  }

  @Post('of/:subject')
  change(@CurrentCaller() caller: ApiCaller, @Param('subject') subject: string): object {
    if (!mayChange(caller, { kind: 'jwt', subject, tenant: caller.tenant }))
      throw new ProblemError('forbidden', 'Not yours');
    return { of: subject };
  }

  @Delete()
  @MinimumRole('operator')
  remove(): object {
    return { removed: true };
  }

  @Public()
  @Get('open')
  open(): object {
    return { open: true };
  }
}

@Public()
@Controller('board')
class BoardController {
  @Get()
  read(): object {
    return { read: true };
  }

  @MinimumRole('operator')
  @Delete()
  clear(): object {
    return { cleared: true };
  }

  @Public()
  @MinimumRole('editor')
  @Post()
  write(): object {
    return { written: true };
  }
}

let key: SigningKey;
let issuer: Issuer;
beforeAll(async () => {
  key = await signingKey('first');
  issuer = new Issuer(key);
  await issuer.start();
});
afterAll(() => issuer.stop());
afterEach(closeAll);

type Options = Parameters<typeof SparkAuthModule.forRoot>[0];

async function serve(platform: (typeof PLATFORMS)[number], options: Options = {}): Promise<string> {
  const root = await orders({
    imports: [
      SparkAuthModule.forRoot({
        issuer: issuer.url,
        audience: AUDIENCE,
        tokens: { ci: STATIC },
        operatorToken: 'operators-of-orders-only',
        ...options,
      }),
    ],
    controllers: [NotesController, BoardController],
  });
  return listen(await create(platform, root));
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const call = (url: string, token?: string, method = 'GET'): Promise<Asked> =>
  ask(url, { method, headers: token === undefined ? {} : bearer(token) });
const tokenOf = (...roles: string[]) => issuer.token(AUDIENCE, { roles });

/** As the issuer would sign it, but for what a forger changes. */
function forge(
  claims: Readonly<Record<string, unknown>> = {},
  header: Partial<JWTHeaderParameters> = {},
  signer: Parameters<SignJWT['sign']>[0] = key.private,
  options?: Parameters<SignJWT['sign']>[1],
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const usual = { iss: issuer.url, aud: AUDIENCE, sub: 'ann', roles: ['operator'], iat: now, exp: now + 60 };
  const protectedHeader = { alg: 'RS256', kid: 'first', ...header };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader(protectedHeader).sign(signer, options);
}

const unsigned = async (alg: string) => {
  const [, claims] = (await forge()).split('.');
  return `${Buffer.from(JSON.stringify({ alg, kid: 'first' })).toString('base64url')}.${claims}.`;
};

const withoutTrace = (problem: Record<string, unknown>) => ({ ...problem, traceId: undefined });

describe.each(PLATFORMS)('an API on %s', (platform) => {
  it("takes the issuer's tokens: a viewer reads, an editor changes its own, an operator everything", async () => {
    const notes = `${await serve(platform)}/notes`;
    const viewer = await tokenOf('viewer');
    const editor = await tokenOf('viewer', 'editor');
    const operator = await tokenOf('operator');
    expect((await call(notes, viewer)).body).toEqual({
      kind: 'jwt',
      subject: 'a-client',
      role: 'viewer',
      tenant: null,
    });
    const statuses = async (token: string | undefined) => [
      (await call(notes, token)).status,
      (await call(notes, token, 'POST')).status,
      (await call(`${notes}/of/a-client`, token, 'POST')).status,
      (await call(`${notes}/of/bob`, token, 'POST')).status,
      (await call(notes, token, 'DELETE')).status,
    ];
    expect(await statuses(viewer)).toEqual([200, 403, 403, 403, 403]);
    expect(await statuses(editor)).toEqual([200, 201, 201, 403, 403]);
    expect(await statuses(operator)).toEqual([200, 201, 201, 201, 200]);
    expect(await statuses('operators-of-orders-only')).toEqual([200, 201, 201, 201, 200]);
    expect(await statuses(STATIC)).toEqual([200, 201, 403, 403, 403]);
    const tenant = await issuer.token(AUDIENCE, { roles: 'editor', tenant: 'red' });
    expect((await call(notes, tenant)).body).toMatchObject({ role: 'editor', tenant: 'red' });
  });

  it('asks for the role that a route names, although its controller is public', async () => {
    const board = `${await serve(platform)}/board`;
    const statuses = (method: string) =>
      Promise.all(
        [undefined, STATIC, 'operators-of-orders-only'].map(
          async (token) => (await call(board, token, method)).status,
        ),
      );
    expect(await statuses('GET')).toEqual([200, 200, 200]);
    expect(await statuses('DELETE')).toEqual([401, 403, 200]);
    expect(await statuses('POST')).toEqual([401, 201, 201]);
  });

  it('answers 403 with a problem to a valid token without a role of ours, and to one with too little', async () => {
    const notes = `${await serve(platform)}/notes`;
    for (const [token, detail] of [
      [await tokenOf('billing'), /none of the roles/],
      [await tokenOf('viewer'), /needs the role editor/],
    ] as const) {
      const refused = await call(notes, token, 'POST');
      expect([refused.status, refused.headers.get('content-type')]).toEqual([
        403,
        'application/problem+json',
      ]);
      expect(refused.body).toMatchObject({
        type: 'urn:spark:problem:forbidden',
        detail: expect.stringMatching(detail),
      });
    }
  });

  it('answers every other token with one and the same 401, and says where none was sent', async () => {
    const notes = `${await serve(platform)}/notes`;
    const other = await signingKey('first');
    const strange = new Issuer(other);
    await strange.start();
    const past = Math.floor(Date.now() / 1_000) - 60;
    const forged: Record<string, string> = {
      'nothing that is a token': 'x',
      'not three parts': 'a.b',
      'parts that are not JSON': 'a.b.c',
      'very long': `a.${'b'.repeat(10_000)}.c`,
      'alg none': await unsigned('none'),
      'alg None': await unsigned('None'),
      'an empty signature': await unsigned('RS256'),
      'HS256 with the public key': await forge(
        {},
        { alg: 'HS256' },
        Buffer.from(await exportSPKI(key.public)),
      ),
      'a key of somebody else': await forge({}, {}, other.private),
      'a jku of somebody else': await forge({}, { jku: `${strange.url}/jwks` }, other.private),
      'its own key in the header': await forge(
        {},
        { jwk: { ...other.jwk, d: undefined } } as object,
        other.private,
      ),
      'an unknown critical header': await forge({}, { crit: ['urn:new'], 'urn:new': 1 }, key.private, {
        crit: { 'urn:new': true },
      }),
      'another audience': await issuer.token('urn:billing', { roles: ['operator'] }),
      'no audience': await forge({ aud: undefined }),
      'another issuer': await strange.token(AUDIENCE, { roles: ['operator'] }),
      "another issuer's name": await forge({ iss: `${issuer.url}/` }),
      expired: await forge({ exp: past }),
      'no end': await forge({ exp: undefined }),
      'not yet': await forge({ nbf: past + 600 }),
      'no subject': await forge({ sub: undefined }),
      'a tenant that is not one': await forge({ tenant: 'red.*' }),
      'a changed claim': (await tokenOf('viewer')).replace(/\.[^.]+\./, `.${(await forge()).split('.')[1]}.`),
    };
    const withoutAny = await call(notes);
    expect([withoutAny.status, withoutAny.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const answers = new Map<string, unknown>();
    for (const [what, token] of Object.entries(forged)) {
      const { status, body } = await call(notes, token);
      answers.set(what, { status, ...withoutTrace(body as Record<string, unknown>) });
    }
    const none = withoutTrace(withoutAny.body as Record<string, unknown>);
    expect(none).toMatchObject({ detail: 'No token was sent: send one as Authorization: Bearer.' });
    const one = { ...none, detail: 'The token is not valid here.' };
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(Object.keys(forged).map((what) => [what, one])),
    );
    expect((await call(notes, await forge())).status).toBe(200);
    expect(strange.readsOfKeys).toBe(0);
    await strange.stop();
  });

  it("leaves public routes and Spark's own as they are", async () => {
    const url = await serve(platform);
    expect((await call(`${url}/notes/open`)).body).toEqual({ open: true });
    expect((await call(`${url}/orders`)).status).toBe(401);
    expect((await call(`${url}/health/live`)).status).toBe(200);
    expect((await call(`${url}/spark/replication`, await tokenOf('operator'))).status).toBe(401);
    expect((await ask(`${url}/spark/replication`, { headers: OPERATOR })).status).toBe(200);
    expect((await call(`${url}/metrics`)).body ?? (await call(`${url}/metrics`)).text).toMatch(
      /spark_requests_refused_total\{status="401"\} [1-9]/,
    );
  });

  it('is left to the guards of the application, except for controllers that ask for ours', async () => {
    @Injectable()
    class OwnLogin implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        if (isSparkRoute(context)) return true;
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
        if (headers['x-login'] === 'yes') return true;
        throw new UnauthorizedException();
      }
    }
    @UseGuards(ApiGuard)
    @Controller('jobs')
    class JobsController {
      @Get()
      who(@CurrentCaller() { subject }: ApiCaller): object {
        return { subject };
      }
    }
    const root = await orders({
      imports: [SparkAuthModule.forRoot({ everywhere: false, tokens: { ci: STATIC } })],
      providers: [{ provide: APP_GUARD, useClass: OwnLogin }],
      controllers: [JobsController],
    });
    const url = await listen(await create(platform, root));
    const login = { 'x-login': 'yes' };
    expect((await call(`${url}/orders`)).status).toBe(401);
    expect((await ask(`${url}/orders`, { headers: login })).status).toBe(200);
    expect((await ask(`${url}/jobs`, { headers: login })).status).toBe(401);
    expect((await ask(`${url}/jobs`, { headers: { ...login, ...bearer(STATIC) } })).body).toEqual({
      subject: 'ci',
    });
    expect((await ask(`${url}/spark/replication`, { headers: OPERATOR })).status).toBe(200);
  });
});

describe("the issuer's keys", () => {
  let own: Issuer;
  let notes: string;
  beforeEach(async () => {
    own = new Issuer(key);
    await own.start();
    notes = `${await serve('express', { issuer: own.url })}/notes`;
  });
  afterEach(() => own.stop());

  it('are read once, and tokens that name unknown ones do not have them read each time', async () => {
    const token = await own.token(AUDIENCE, { roles: ['viewer'] });
    for (let time = 0; time < 5; time++) expect((await call(notes, token)).status).toBe(200);
    for (let time = 0; time < 20; time++) {
      const unknown = await forge({ iss: own.url }, { kid: `unknown-${time}` });
      expect((await call(notes, unknown)).status).toBe(401);
    }
    expect(own.readsOfKeys).toBe(1);
  });

  it('may be replaced by the issuer: its new tokens are taken, and those of the old key no longer', async () => {
    const before = await own.token(AUDIENCE, { roles: ['viewer'] });
    expect((await call(notes, before)).status).toBe(200);
    await own.stop();
    await own.start(await signingKey('second', 'ES256'));
    const after = await own.token(AUDIENCE, { roles: ['viewer'] });
    await eventually(async () => expect((await call(notes, after)).status).toBe(200));
    expect((await call(notes, before)).status).toBe(401);
  });

  it('stay in use while the issuer is away; without them the answer is 503, and the same token works again', async () => {
    const token = await own.token(AUDIENCE, { roles: ['viewer'] });
    const fresh = `${await serve('express', { issuer: own.url })}/notes`;
    expect((await call(notes, token)).status).toBe(200);
    await own.stop();
    expect((await call(notes, token)).status).toBe(200);
    const away = await call(fresh, token);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await call(fresh, STATIC)).status).toBe(200);
    expect((await call(fresh)).status).toBe(401);
    await own.start();
    await eventually(async () => expect((await call(fresh, token)).status).toBe(200));
  });

  it("are never taken from an issuer's description that is another's", async () => {
    const token = await forge({ iss: `${own.url}/tenant` });
    const other = `${await serve('express', { issuer: `${own.url}/tenant` })}/notes`;
    expect((await call(other, token)).status).toBe(503);
  });
});

describe('without issuer and tokens', () => {
  const open = { issuer: undefined, audience: undefined, tokens: {} } as unknown as NonNullable<Options>;

  it('an API is open in development, but not for operators, and says so in the log', async () => {
    const lines: string[] = [];
    const logger = { log: () => {}, error: () => {}, warn: (line: string) => void lines.push(line) };
    const root = await orders({
      imports: [SparkAuthModule.forRoot({ operatorToken: 'operators-of-orders-only' })],
      controllers: [NotesController],
    });
    const notes = `${await listen(await create('express', root, { logger }))}/notes`;
    expect((await call(notes, undefined, 'POST')).status).toBe(201);
    expect((await call(notes)).body).toMatchObject({ kind: 'open', subject: 'anonymous', role: 'editor' });
    expect((await call(notes, undefined, 'DELETE')).status).toBe(403);
    expect((await call(notes, 'operators-of-orders-only', 'DELETE')).status).toBe(200);
    expect(lines.join('\n')).toMatch(/The API is open.*SPARK_API_ISSUER/);
  });

  it('production does not start, and says what to set', async () => {
    await expect(serve('express', { ...open, production: true })).rejects.toThrow(/SPARK_API_OPEN=1/);
    const notes = `${await serve('express', { ...open, production: true, open: true })}/notes`;
    expect((await call(notes)).status).toBe(200);
  });
});
