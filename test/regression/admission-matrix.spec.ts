import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Member } from '../support/member.ts';
import { foreignModule, type TokenFor } from '../support/module-tokens.ts';
import { DEPLOY, type Outsider, registerOutsider } from '../support/outsider.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const AT_ONCE = 4;
const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Whether a collection is shared with Outsider; nothing is with Guest. */
const COLLECTIONS = {
  Cars: true,
  CARS: true,
  Salaries: false,
  SparkKeys: false,
  '@all_docs': false,
} as const;

/** Spellings of one path, as they go over the wire. Routers take some for the declared one: the same rules apply to these. */
const PATHS = {
  [DEPLOY]: 'declared',
  [`${DEPLOY}/`]: 'declared',
  // The body says who asks; a parameter that nobody reads is refused.
  [`${DEPLOY}?module=HR`]: 'other',
  [`${DEPLOY}/x`]: 'other',
  '/SPARK/etl/deploy': 'declared',
  '/spark/etl/DEPLOY': 'declared',
  '//spark/etl/deploy': 'other',
  '/spark//etl/deploy': 'other',
  '/spark/etl/%64eploy': 'other',
  '/spark%2fetl%2fdeploy': 'other',
  '/spark/./etl/deploy': 'other',
  '/spark/x/../etl/deploy': 'other',
  '/spark/etl/deploy;a=1': 'other',
  '/spark/etl/deploy%00': 'other',
  '/spark/etl/deploy%20': 'other',
  '\\spark\\etl\\deploy': 'other',
} as const satisfies Record<string, 'declared' | 'other'>;

type Collection = keyof typeof COLLECTIONS;
const ALL = Object.keys(COLLECTIONS) as Collection[];
type Path = keyof typeof PATHS;
type Credential = (request: TokenFor) => Promise<string | null> | string | null;

interface Cell {
  credential: string;
  verb: (typeof VERBS)[number];
  collection: Collection;
  path: Path;
}

interface Among {
  verbs?: readonly (typeof VERBS)[number][];
  kind?: 'declared' | 'other';
  collections?: readonly Collection[];
}

/** Each way to be refused without having been heard. */
const UNHEARD = [400, 401, 404, 405];

describeOn([SQLITE], 'Who can do what: credentials, collections, verbs and spellings of a path', (pair) => {
  let world: World;
  let fleet: Member;
  let outsider: Outsider;
  let valid: Record<string, Credential>;
  let invalid: Record<string, Credential>;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  beforeAll(async () => {
    world = await World.create('admission-matrix', pair);
    fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: ['Outsider'] }] });
    outsider = await registerOutsider(world, 'Outsider', 'http://127.0.0.1:9');
    const guest = await registerOutsider(world, 'Guest', 'http://127.0.0.1:9');
    const stranger = await foreignModule('Outsider');
    await fleet.startReady();
    const past = Math.floor(Date.now() / 1_000) - 600;
    const of =
      (bend: Partial<TokenFor>): Credential =>
      (request) =>
        outsider.token({ ...request, ...bend });
    valid = {
      'the module itself': of({}),
      'another module': (request) => guest.token(request),
      'an operator': () => fleet.operatorToken,
    };
    invalid = {
      none: () => null,
      empty: () => '',
      garbage: () => 'a.b.c',
      'an unknown key under a known name': (request) => stranger.token(request),
      'a token for another module': of({ audience: 'HR' }),
      'a token for another verb': of({ method: 'TRACE' }),
      'a token for another path': of({ path: '/spark/etl/preview' }),
      'a token for another body': of({ body: 'another' }),
      'an expired token': of({ claims: { iat: past, exp: past + 60 } }),
      'a token in the name of another': of({ claims: { iss: 'Fleet' } }),
      'a longer operator token': () => `${fleet.operatorToken}x`,
    };
  });
  afterAll(async () => {
    agent.destroy();
    await world?.end();
  });

  async function send({ credential, verb, collection, path }: Cell): Promise<number> {
    const body = JSON.stringify({
      requestingModule: 'Outsider',
      targetDatabase: 'SparkOutsider',
      targetUrls: ['http://127.0.0.1:8080'],
      scripts: [{ sourceCollection: collection, script: 'loadToThings({ A: this.A });' }],
    });
    const hasBody = verb !== 'GET' && verb !== 'HEAD';
    const made = (valid[credential] ?? invalid[credential])?.({
      audience: 'Fleet',
      method: verb,
      path,
      body: hasBody ? body : '',
    });
    const token = await made;
    return raw(verb, path, {
      ...(hasBody && { body }),
      ...(token !== null && token !== undefined && { authorization: `Bearer ${token}` }),
    });
  }

  /** As it is written: `fetch` would resolve the path first. */
  function raw(
    method: string,
    path: string,
    given: { body?: string; authorization?: string },
  ): Promise<number> {
    const { hostname, port } = new URL(fleet.url);
    const { body, authorization } = given;
    const headers = {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    };
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ hostname, port, method, path, headers, agent }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  async function unexpected(among: Iterable<Cell>, isExpected: (cell: Cell, status: number) => boolean) {
    const left = among[Symbol.iterator]();
    const wrong: (Cell & { status: number })[] = [];
    const work = async (): Promise<void> => {
      for (let next = left.next(); !next.done; next = left.next()) {
        const status = await send(next.value);
        if (!isExpected(next.value, status)) wrong.push({ ...next.value, status });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return wrong;
  }

  function* matrix(
    credentials: readonly string[],
    { verbs = VERBS, kind, collections = ['Cars'] }: Among = {},
  ): Generator<Cell> {
    const paths = (Object.keys(PATHS) as Path[]).filter((path) => kind === undefined || PATHS[path] === kind);
    for (const credential of credentials)
      for (const verb of verbs)
        for (const path of paths)
          for (const collection of collections) yield { credential, verb, collection, path };
  }

  const agreed = async (): Promise<string[]> => {
    const { body } = await fleet.operate<{ outgoing: { requester: string; collection: string }[] }>(
      '/spark/replication',
    );
    return body.outgoing.map(({ requester, collection }) => `${requester}: ${collection}`);
  };

  it('nothing is agreed with anyone, whatever is sent without a valid credential', async () => {
    const wrong = await unexpected(matrix(Object.keys(invalid)), ({ verb, path }, status) => {
      if (verb === 'POST' && PATHS[path] === 'declared') return status === 401;
      return UNHEARD.includes(status);
    });
    expect(wrong).toEqual([]);
    expect(await agreed()).toEqual([]);
  }, 300_000);

  it('with a valid one nothing is done by another verb, or under another spelling of the path', async () => {
    const others = VERBS.filter((verb) => verb !== 'POST');
    const all = [
      ...matrix(Object.keys(valid), { verbs: others }),
      ...matrix(Object.keys(valid), { kind: 'other' }),
    ];
    expect(await unexpected(all, (_, status) => UNHEARD.includes(status))).toEqual([]);
    expect(await agreed()).toEqual([]);
  }, 300_000);

  it('a module gets what is shared with it, an operator may ask in its name, and another module gets nothing', async () => {
    const asked = matrix(Object.keys(valid), { verbs: ['POST'], kind: 'declared', collections: ALL });
    const wrong = await unexpected(asked, ({ credential, collection }, status) => {
      const isGiven = COLLECTIONS[collection] && credential !== 'another module';
      return isGiven ? status === 200 : status === 403 || (status === 400 && collection !== 'Salaries');
    });
    expect(wrong).toEqual([]);
    expect(await agreed()).toEqual([expect.stringMatching(/^Outsider: cars$/i)]);
  }, 300_000);
});
