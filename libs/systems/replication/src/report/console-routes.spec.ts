import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { deadLetter, startRequester, Surroundings, type Requester } from './fixtures/requester.ts';

const started: Requester[] = [];
const before = { ...process.env };
afterEach(async () => {
  process.env = { ...before };
  for (const { app } of started.splice(0)) await app.close();
});

async function start(around?: Surroundings): Promise<Requester> {
  const requester = await startRequester(around);
  started.push(requester);
  return requester;
}

const ask = (
  { server }: Requester,
  method: 'get' | 'post' | 'delete',
  path: string,
  token = 'operators-only',
) => request(server)[method](path).set('authorization', `Bearer ${token}`);
const script = { sourceCollection: 'People', script: 'loadToPeople(this);' };
const deployToSales = (requester: Requester) =>
  ask(requester, 'post', '/spark/etl/deploy', 'token.of.Sales').send({
    requestingModule: 'Sales',
    targetDatabase: 'SparkSales',
    targetUrls: [],
    scripts: [script],
  });

describe('a console’s user', () => {
  it('of the role operator may do what an operator may where the module names the console', async () => {
    process.env['SPARK_CONSOLES'] = 'Desk';
    const requester = await start();
    const { body } = await ask(requester, 'get', '/spark/replication', 'token.of.Desk_as_operator').expect(
      200,
    );
    expect(body.incoming).toHaveLength(1);
    await ask(requester, 'post', '/spark/replication/Fleet/Cars/resync', 'token.of.Desk_as_operator').expect(
      202,
    );
  });

  it('of the role viewer sees the same and changes nothing', async () => {
    process.env['SPARK_CONSOLES'] = 'Desk';
    const requester = await start();
    const { body } = await ask(requester, 'get', '/spark/replication', 'token.of.Desk_as_viewer').expect(200);
    expect(body.incoming).toHaveLength(1);
    const { body: problem } = await ask(
      requester,
      'post',
      '/spark/replication/Fleet/Cars/resync',
      'token.of.Desk_as_viewer',
    ).expect(403);
    expect(problem.detail).toMatch(/A viewer may read/);
    expect(requester.around.resynced).toEqual([]);
  });

  it.each(['Other', ''])('is refused with the remedy by a module that names %j', async (named) => {
    process.env['SPARK_CONSOLES'] = named;
    const requester = await start();
    const { body } = await ask(requester, 'get', '/spark/replication', 'token.of.Desk_as_operator').expect(
      403,
    );
    expect(body).toMatchObject({
      type: 'urn:spark:problem:not-permitted',
      detail: 'HR does not let this console in. Add Desk to SPARK_CONSOLES there.',
    });
  });
});

describe('GET /spark/about', () => {
  it('says what the module is and which systems it has', async () => {
    const requester = await start();
    const { body } = await ask(requester, 'get', '/spark/about', 'token.of.Sales').expect(200);
    expect(body).toMatchObject({
      module: 'HR',
      engine: 'stream',
      engineReason: 'the RavenDB licence (None) does not include RavenDB ETL',
      store: { kind: 'ravendb', version: '7.1.3', database: expect.any(String) },
      systems: { replication: '/spark' },
      ready: expect.any(Boolean),
      startedAt: expect.stringMatching(/^20/),
    });
    await request(requester.server).get('/spark/about').expect(401);
  });
});

describe('the script of a task', () => {
  it('is shown to its module and to operators, to nobody else', async () => {
    const requester = await start();
    await deployToSales(requester).expect(200);
    const path = '/spark/replication/outgoing/Sales/People/script';
    const { body } = await ask(requester, 'get', path, 'token.of.Sales').expect(200);
    expect(body).toMatchObject({ script: script.script, collection: 'People', generation: 1, revision: 1 });
    await ask(requester, 'get', path).expect(200);
    await ask(requester, 'get', path, 'token.of.Fleet').expect(403);
    await ask(requester, 'get', '/spark/replication/outgoing/Sales/Nothing/script').expect(404);
  });
});

describe('GET /spark/replication', () => {
  it('says why each copy is not live, since when, and when its request is tried next', async () => {
    const around = new Surroundings();
    around.reports = [];
    around.requests.failed('Fleet', 1, 1, 'Fleet is not registered yet', {
      final: false,
      mayPass: true,
      failure: { outcome: 'unregistered', problem: null, collections: [] },
    });
    const requester = await start(around);
    const { body } = await ask(requester, 'get', '/spark/replication').expect(200);
    expect(body.incoming[0]).toMatchObject({
      since: expect.stringMatching(/^20/),
      lastChangeAt: null,
      reason: { code: 'owner-unregistered', owner: 'Fleet' },
    });
    expect(body.requests[0]).toMatchObject({
      outcome: 'unregistered',
      collections: [],
      nextAttemptAt: expect.stringMatching(/^20/),
    });
  });
});

describe('a dead letter', () => {
  it('can be forgotten by an operator, once', async () => {
    const around = new Surroundings();
    around.letters = [deadLetter('hr.c.1-a', 'no')];
    const requester = await start(around);
    await ask(requester, 'delete', '/spark/dead-letters/hr.c.1-a', 'token.of.Fleet').expect(403);
    await ask(requester, 'delete', '/spark/dead-letters/hr.c.1-a').expect(204);
    await ask(requester, 'delete', '/spark/dead-letters/hr.c.1-a').expect(404);
  });
});
