import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { ReplicationStatus } from './replication-status.ts';
import {
  applyReport,
  captureReport,
  carsTask,
  deadLetter,
  startRequester,
  Surroundings,
  type Requester,
} from './fixtures/requester.ts';

const started: Requester[] = [];
afterEach(async () => {
  for (const { app } of started.splice(0)) await app.close();
});

async function start(around?: Surroundings): Promise<Requester> {
  const requester = await startRequester(around);
  started.push(requester);
  return requester;
}

const ask = (
  { server }: Requester,
  method: 'get' | 'post' | 'put' | 'head',
  path: string,
  token = 'operators-only',
) => request(server)[method](path).set('authorization', `Bearer ${token}`);

const deployToSales = (requester: Requester) =>
  ask(requester, 'post', '/spark/etl/deploy', 'token.of.Sales').send({
    requestingModule: 'Sales',
    targetDatabase: 'SparkSales',
    targetUrls: [],
    scripts: [{ sourceCollection: 'People', script: 'loadToPeople(this);' }],
  });

describe('GET /spark/replication', () => {
  it('shows an operator everything, with the engine and why', async () => {
    const requester = await start();
    await deployToSales(requester).expect(200);
    requester.around.capture.running = [captureReport()];
    requester.around.requests.deployed('Fleet', 3, 1, { Cars: 'stream' });
    const { body } = await ask(requester, 'get', '/spark/replication').expect(200);
    expect(body).toMatchObject({
      module: 'HR',
      engine: 'stream',
      engineReason: 'the RavenDB licence (None) does not include RavenDB ETL',
      incoming: [
        {
          owner: 'Fleet',
          collection: 'Cars',
          engine: 'stream',
          state: 'Streaming',
          position: 100,
          lag: 0,
          documentsApplied: 1_234,
          complete: true,
          incompleteBecause: null,
        },
      ],
      outgoing: [
        {
          requester: 'Sales',
          collection: 'People',
          state: 'Snapshotting',
          position: 40,
          confirmedEtag: 30,
          lag: 70,
          behindMs: 900,
          setAside: 1,
        },
      ],
      requests: [{ owner: 'Fleet', state: 'deployed', revision: 3 }],
    });
  });

  it('shows a module only what goes to it', async () => {
    const requester = await start();
    await deployToSales(requester).expect(200);
    const sales = await ask(requester, 'get', '/spark/replication', 'token.of.Sales').expect(200);
    expect(sales.body).toMatchObject({ incoming: [], requests: [], outgoing: [{ requester: 'Sales' }] });
    const fleet = await ask(requester, 'get', '/spark/replication', 'token.of.Fleet').expect(200);
    expect(fleet.body.outgoing).toEqual([]);
  });

  it('is closed without a credential, for HEAD as well, and takes no other verb', async () => {
    const requester = await start();
    await request(requester.server).get('/spark/replication').expect(401);
    await request(requester.server).head('/spark/replication').expect(401);
    const put = await ask(requester, 'put', '/spark/replication').expect(405);
    expect(put.headers['allow']).toBe('GET, HEAD');
    const get = await ask(requester, 'get', '/spark/etl/deploy').expect(405);
    expect([get.headers['allow'], get.body.type]).toEqual(['POST', 'urn:spark:problem:method-not-allowed']);
    await ask(requester, 'head', '/spark/etl/deploy').expect(405);
  });
});

describe('freshness', () => {
  const path = '/spark/replication/Fleet/Cars/freshness';

  it('waits until what the owner had when it was asked is applied', async () => {
    const around = new Surroundings();
    around.reports = [applyReport({ appliedEtag: 90, behindMs: 12 })];
    around.source = { sourceEtag: 120, databaseId: 'fleet-db' };
    around.whenAsked = () =>
      setTimeout(() => (around.reports = [applyReport({ appliedEtag: 120, behindMs: 0 })]), 30);
    const { body } = await ask(await start(around), 'get', path).expect(200);
    expect(body).toEqual({
      complete: true,
      appliedEtag: 120,
      sourceEtag: 120,
      databaseId: 'fleet-db',
      behindMs: 0,
      sourceReachable: true,
    });
  });

  it('says what was known last when the owner does not answer', async () => {
    const around = new Surroundings();
    around.source = 'away';
    around.reports = [applyReport({ appliedEtag: 90, sourceEtag: 95, behindMs: 700 })];
    const { body } = await ask(await start(around), 'get', path).expect(200);
    expect(body).toEqual({
      complete: true,
      appliedEtag: 90,
      sourceEtag: 95,
      databaseId: 'fleet-db',
      behindMs: 700,
      sourceReachable: false,
    });
  });

  it('does not hold an etag of another database against what is applied', async () => {
    const around = new Surroundings();
    around.source = { sourceEtag: 50, databaseId: 'a-new-one' };
    const { body } = await ask(await start(around), 'get', path).expect(200);
    expect(body).toEqual({
      complete: false,
      appliedEtag: null,
      sourceEtag: 50,
      databaseId: 'a-new-one',
      behindMs: null,
      sourceReachable: true,
    });
  });

  it('is null, not 0, when the owner names an etag that is not here, or has not been heard for long', async () => {
    const around = new Surroundings();
    around.source = { sourceEtag: 101, databaseId: 'fleet-db' };
    const requester = await start(around);
    expect((await ask(requester, 'get', path).expect(200)).body.behindMs).toBeNull();
    around.source = 'away';
    around.reports = [applyReport({ lag: null, behindMs: null })];
    const { body } = await ask(requester, 'get', path).expect(200);
    expect(body).toMatchObject({ complete: true, behindMs: null, sourceReachable: false });
  });

  it('knows only what is declared', async () => {
    const requester = await start();
    await ask(requester, 'get', '/spark/replication/Fleet/Vans/freshness').expect(404);
    const status = requester.app.get(ReplicationStatus);
    expect([status.isComplete('fleet', 'cars'), status.isComplete('Fleet', 'Vans')]).toEqual([true, false]);
  });

  it('tells a requester how far this database is, whether or not this instance carries the task', async () => {
    const requester = await start();
    await deployToSales(requester).expect(200);
    const own = '/spark/replication/source/people';
    expect((await ask(requester, 'get', own, 'token.of.Sales').expect(200)).body).toEqual({
      sourceEtag: 7,
      databaseId: 'd',
      witness: { number: 0, marks: [] },
    });
    requester.around.capture.flushed = null;
    expect((await ask(requester, 'get', own, 'token.of.Sales').expect(200)).body).toEqual({
      sourceEtag: 55,
      databaseId: 'd',
      witness: { number: 0, marks: [] },
    });
    await ask(requester, 'get', own, 'token.of.Fleet').expect(404);
    await ask(requester, 'get', own).expect(403);
  });
});

describe('what only operators may do', () => {
  it('starts a collection again', async () => {
    const requester = await start();
    const path = '/spark/replication/fleet/cars/resync';
    await ask(requester, 'post', path, 'token.of.Fleet').expect(403);
    expect((await ask(requester, 'post', path).expect(202)).body).toEqual({ tasks: ['Cars'] });
    expect(requester.around.resynced).toEqual([carsTask]);
    await ask(requester, 'post', '/spark/replication/Fleet/Vans/resync').expect(404);
  });

  it('refuses fields where there is nothing to set, and takes no body for an empty one', async () => {
    const requester = await start();
    for (const path of ['/spark/replication/Fleet/Cars/resync', '/spark/dead-letters/hr.7/replay']) {
      const refused = await ask(requester, 'post', path).send({ 'from/etag': 7 }).expect(400);
      expect(refused.body).toMatchObject({
        detail: 'This body must have no fields.',
        errors: [{ pointer: '/from~1etag', detail: 'from/etag is not known here: remove it' }],
      });
      await ask(requester, 'post', path).set('content-type', 'application/json').send('[]').expect(400);
    }
    expect(requester.around).toMatchObject({ resynced: [], replayed: [] });
    for (const empty of ['{}', ' \n'])
      await ask(requester, 'post', '/spark/replication/Fleet/Cars/resync')
        .set('content-type', 'application/json')
        .send(empty)
        .expect(202);
  });

  it('shows dead letters without secrets, and replays them', async () => {
    const around = new Surroundings();
    const error = 'POST http://hr:canary@fleet:5001/spark failed';
    around.letters = [deadLetter('hr.7', error)];
    const requester = await start(around);
    await ask(requester, 'get', '/spark/dead-letters', 'token.of.Fleet').expect(403);
    const list = await ask(requester, 'get', '/spark/dead-letters').expect(200);
    expect(list.body).toMatchObject([{ id: 'hr.7', attempts: [{ number: 1 }] }]);
    expect(list.text).not.toContain('canary');
    await ask(requester, 'post', '/spark/dead-letters/hr.7/replay').expect(202);
    await ask(requester, 'post', '/spark/dead-letters/hr.8/replay').expect(404);
    expect(around.replayed).toEqual(['hr.7', 'hr.8']);
  });
});

describe('readiness', () => {
  const ready = ({ server }: Requester) => request(server).get('/health/ready');

  it('is 503 with the reason per collection until every declared copy is complete', async () => {
    const around = new Surroundings();
    around.reports = [
      applyReport({
        complete: false,
        state: 'Snapshotting',
        incompleteBecause: 'snapshot',
        documentsPut: 4_200,
      }),
    ];
    const requester = await start(around);
    const before = await ready(requester).expect(503);
    expect(before.body).toMatchObject({
      status: 'error',
      error: { 'Fleet/Cars': { status: 'down', detail: 'snapshot; 4,200 documents applied so far' } },
    });
    around.reports = [applyReport()];
    const after = await ready(requester).expect(200);
    expect(after.body.info).toMatchObject({
      'Fleet/Cars': { detail: 'complete; 1,234 documents applied' },
      engine: { detail: 'stream: the RavenDB licence (None) does not include RavenDB ETL' },
      nats: { status: 'up' },
      store: { status: 'up' },
    });
  });

  it('is red while nothing moves by a fault on this side, and stays green when it lies with the owner', async () => {
    const around = new Surroundings();
    around.reports = [applyReport({ state: 'Waiting', stalledBecause: 'nobody holds its lease' })];
    const requester = await start(around);
    const red = await ready(requester).expect(503);
    expect(red.body.error['Fleet/Cars'].detail).toBe(
      'nobody holds its lease; 1,234 documents applied so far',
    );
    around.reports = [
      applyReport({ state: 'Waiting', lastError: 'nothing has been heard from the owner', lag: null }),
    ];
    const green = await ready(requester).expect(200);
    expect(green.body.info['Fleet/Cars']).toMatchObject({
      detail: 'complete; 1,234 documents applied; Waiting: nothing has been heard from the owner',
      tasks: [{ state: 'Waiting', lag: null }],
    });
  });

  it('says that the deployment is being retried, and why', async () => {
    const around = new Surroundings();
    around.reports = [];
    around.requests.failed('Fleet', 1, 3, 'Fleet cannot be reached: ECONNREFUSED', {
      final: false,
      mayPass: true,
    });
    const { body } = await ready(await start(around)).expect(503);
    expect(body.error['Fleet/Cars'].detail).toBe(
      'the deployment is being retried (3 attempts so far): Fleet cannot be reached: ECONNREFUSED',
    );
  });

  it('is 503 while the database or NATS is away, and live all the time', async () => {
    const around = new Surroundings();
    around.bus = { health: () => ({ ready: false, detail: 'connection refused' }) };
    around.state.away = true;
    const requester = await start(around);
    const { body, text } = await ready(requester).expect(503);
    expect(body.error).toMatchObject({ nats: { detail: 'connection refused' }, store: { status: 'down' } });
    expect(text).not.toContain('canary');
    await request(requester.server).get('/health/live').expect(200);
  });

  it('believes the owner where its RavenDB carries the copy', async () => {
    const around = new Surroundings();
    around.reports = [];
    around.requests.deployed('Fleet', 1, 1, { Cars: 'etl' });
    around.owner = {
      kind: 'answered',
      status: 200,
      body: {
        outgoing: [{ name: 'Cars', state: 'Streaming', complete: true, position: 9, sourceEtag: null }],
      },
    };
    const requester = await start(around);
    const status = requester.app.get(ReplicationStatus);
    while (!status.isComplete('Fleet', 'Cars')) await new Promise((resolve) => setImmediate(resolve));
    expect(status.tasks()[0]).toMatchObject({ engine: 'etl', state: 'Streaming', complete: true });
  });
});

describe('GET /metrics', () => {
  it('shows what was applied, the lag, the states, errors, retries and dead letters', async () => {
    const around = new Surroundings();
    around.capture.running = [captureReport()];
    around.reports = [applyReport({ appliedEtag: 90, behindMs: 12, errors: 4 })];
    around.requests.failed('Fleet', 1, 3, 'x', { final: false, mayPass: true });
    around.letters = [deadLetter('hr.1', 'x')];
    const { text } = await request((await start(around)).server)
      .get('/metrics')
      .expect(200);
    const cars = 'direction="in",module="Fleet",collection="Cars",task="Cars"';
    const people = 'direction="out",module="Sales",collection="People",task="People"';
    for (const line of [
      `spark_replication_documents_applied_total{${cars}} 1234`,
      `spark_replication_documents_deleted_total{${cars}} 5`,
      `spark_replication_lag_etags{${cars}} 10`,
      `spark_replication_lag_etags{${people}} 70`,
      `spark_replication_lag_seconds{${people}} 0.9`,
      `spark_replication_lag_seconds{${cars}} 0.012`,
      `spark_replication_task_state{${cars},state="Streaming"} 1`,
      `spark_replication_task_state{${people},state="Snapshotting"} 1`,
      `spark_replication_errors_total{${cars}} 4`,
      `spark_replication_set_aside{${people}} 1`,
      'spark_replication_request_retries{module="Fleet"} 2',
      'spark_replication_dead_letters 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('leaves out what is not known: totals before the checkpoint was read, a lag nobody can tell', async () => {
    const around = new Surroundings();
    around.capture.running = [captureReport({ lag: null, behindMs: null })];
    around.reports = [applyReport({ known: false, documentsPut: 0, lag: null, behindMs: null })];
    const { text } = await request((await start(around)).server)
      .get('/metrics')
      .expect(200);
    for (const name of [
      'spark_replication_documents_applied_total',
      'spark_replication_documents_deleted_total',
      'spark_replication_lag_etags',
      'spark_replication_lag_seconds',
    ]) {
      expect(text).not.toContain(`${name}{`);
    }
  });
});
