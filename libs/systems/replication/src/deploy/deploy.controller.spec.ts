import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { EtlScriptRequest } from '@nestjs-spark/contracts';
import type { DeploymentDocument } from './plan/deployment-document.ts';
import { startOwner, type Owner } from './fixtures/owner.ts';

const script = 'loadToCars({ LicensePlate: this.LicensePlate });';
const body: EtlScriptRequest = {
  requestingModule: 'HR',
  targetDatabase: 'SparkHR',
  targetUrls: ['http://localhost:8080'],
  scripts: [{ sourceCollection: 'Cars', script }],
};

let owner: Owner;
beforeEach(async () => void (owner = await startOwner()));
afterEach(() => owner.app.close());

const post = (payload: string | object = body, token = 'token.of.HR') =>
  request(owner.server)
    .post('/spark/etl/deploy')
    .set('authorization', `Bearer ${token}`)
    .set('content-type', 'application/json')
    .send(typeof payload === 'string' ? payload : JSON.stringify(payload));

const deployed = async () =>
  (await owner.state.read<DeploymentDocument>('sparkDeployments/HR'))?.value ?? null;

describe('POST /spark/etl/deploy', () => {
  it('answers as the requirement says, and gives the tasks to the stream engine', async () => {
    const answer = await post().expect(200);
    expect(answer.body).toEqual({
      success: true,
      tasksCreated: 1,
      tasksUpdated: 0,
      tasksRemoved: 0,
      revision: 1,
      tasks: [{ name: 'Cars', collection: 'Cars', engine: 'stream', state: 'Starting' }],
    });
    expect(owner.capture.assigned.get('HR')).toMatchObject([
      {
        key: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
        script,
        generation: 1,
        loadable: [{ collection: 'Cars' }, { collection: 'CarBrands' }],
      },
    ]);
    expect(owner.log.provisioned).toEqual(['SPARK_ROUTE_FLEET_HR']);
    expect(await deployed()).toMatchObject({ engine: 'stream', target: null, tasks: [{ carriedOut: 1 }] });
  });

  it('has requesters come again while the engine that operators have chosen is not known', async () => {
    const starting = await startOwner({ settingsAreKnown: false });
    const answer = await request(starting.server)
      .post('/spark/etl/deploy')
      .set('authorization', 'Bearer token.of.HR')
      .send(body);
    await starting.app.close();
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(starting.capture.assigned.size).toBe(0);
  });

  it('takes the request of the C# requirement, byte for byte as printed there', async () => {
    const printed = `{
    "requestingModule": "HR",
    "targetDatabase": "SparkHR",
    "targetUrls": ["http://localhost:8080"],
    "scripts": [
        {
            "sourceCollection": "Cars",
            "script": "loadToCars({ LicensePlate: this.LicensePlate });"
        }
    ]
}`;
    await post(printed).expect(200);
    expect(Buffer.from(owner.verifier.asked[0]?.body ?? '').toString()).toBe(printed);
    expect(owner.verifier.asked[0]).toMatchObject({
      method: 'POST',
      path: '/spark/etl/deploy',
      token: 'token.of.HR',
    });
  });

  it('changes nothing when the same set comes again', async () => {
    await post({ ...body, revision: 4 }).expect(200);
    const again = await post({ ...body, revision: 4 }).expect(200);
    expect(again.body).toMatchObject({ tasksCreated: 0, tasksUpdated: 0, tasksRemoved: 0, revision: 4 });
    expect((await deployed())?.tasks[0]?.generation).toBe(1);
  });

  it('counts a changed and a dropped script, and keeps nothing of the last one', async () => {
    const brands = { sourceCollection: 'CarBrands', script: 'loadToCarBrands(this);' };
    await post({ ...body, scripts: [...body.scripts, brands] }).expect(200);
    const changed = await post({
      ...body,
      scripts: [{ sourceCollection: 'Cars', script: `${script} ` }, brands],
    });
    expect(changed.body).toMatchObject({ tasksCreated: 0, tasksUpdated: 1, tasksRemoved: 0 });
    expect((await deployed())?.tasks.map(({ generation }) => generation)).toEqual([2, 1]);

    const dropped = await post({ ...body, scripts: [brands] });
    expect(dropped.body).toMatchObject({ tasksCreated: 0, tasksUpdated: 0, tasksRemoved: 1 });
    const last = await post({ ...body, scripts: [] });
    expect(last.body).toMatchObject({ tasksRemoved: 1, tasks: [] });
    expect(owner.capture.assigned.get('HR')).toEqual([]);
  });

  it('answers every broken token with the same 401, and every missing one, before it looks at the body', async () => {
    const broken = ['Bearer x.y.z', 'Bearer token.of.', 'Bearer', 'Basic aHI6aHI=', ''];
    const answers = await Promise.all(
      broken.map((authorization) =>
        request(owner.server)
          .post('/spark/etl/deploy')
          .set('authorization', authorization)
          .set('content-type', 'application/json')
          .send('{ not json'),
      ),
    );
    const bodies = answers.map(({ body: { traceId, ...rest } }) => {
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      return JSON.stringify(rest);
    });
    expect(answers.map(({ status }) => status)).toEqual(broken.map(() => 401));
    const [wrong, , none] = bodies;
    expect(bodies).toEqual([wrong, wrong, none, none, none]);
    expect(JSON.parse(String(wrong))).toMatchObject({
      detail: expect.stringMatching(/^The token is not valid/),
    });
    expect(JSON.parse(String(none))).toMatchObject({ detail: expect.stringMatching(/^No token was sent/) });
    expect(answers[0]?.headers['content-type']).toBe('application/problem+json');
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer');
  });

  it("refuses a module that speaks in another one's name, and lets operators speak for it", async () => {
    await post(body, 'token.of.Sales').expect(403);
    await post(body, 'operators-only').expect(200);
  });

  it('refuses a collection that is not shared with the module, naming it', async () => {
    const scripts = [{ sourceCollection: 'Salaries', script: 'loadToSalaries(this);' }, ...body.scripts];
    const answer = await post({ ...body, scripts }).expect(403);
    expect(answer.body).toMatchObject({
      type: 'urn:spark:problem:not-shared',
      errors: [{ pointer: '/scripts/0/sourceCollection', detail: 'Salaries is not shared with HR' }],
    });
    const brands = {
      ...body,
      requestingModule: 'Sales',
      scripts: [{ sourceCollection: 'CarBrands', script }],
    };
    await post(brands, 'token.of.Sales').expect(403);
    expect(await deployed()).toBeNull();
  });

  it.each<[string, string | object, string | null]>([
    ['text that is not JSON', '{ "requestingModule": ', null],
    ['an empty body', '', null],
    ['an array', [], null],
    ['null', 'null', null],
    ['an unknown field', { ...body, extra: 1 }, '/extra'],
    ['an unknown field of a script', { ...body, scripts: [{ ...body.scripts[0], x: 1 }] }, '/scripts/0/x'],
    ['a missing field', { ...body, targetDatabase: undefined }, '/targetDatabase'],
    ['null for a text', { ...body, targetDatabase: null }, '/targetDatabase'],
    ['a number for a text', { ...body, targetDatabase: 5 }, '/targetDatabase'],
    ['a text for a number', { ...body, revision: '5' }, '/revision'],
    ['null for a revision', { ...body, revision: null }, '/revision'],
    ['a negative revision', { ...body, revision: -1 }, '/revision'],
    ['scripts that are not a list', { ...body, scripts: {} }, '/scripts'],
    ['a script that is not an object', { ...body, scripts: ['loadToCars(this)'] }, '/scripts'],
    ['a script that is a list', { ...body, scripts: [[]] }, null],
    ['a subject as a name', { ...body, requestingModule: 'HR.*' }, '/requestingModule'],
    ['a name with a line break', { ...body, requestingModule: 'HR\r\n' }, '/requestingModule'],
    ['a name of 10 KB', { ...body, requestingModule: 'H'.repeat(10_000) }, '/requestingModule'],
    [
      'two scripts of one name',
      {
        ...body,
        scripts: [
          { ...body.scripts[0], name: 'A' },
          { ...body.scripts[0], name: 'a' },
        ],
      },
      '/scripts/1/name',
    ],
    ['21 scripts', { ...body, scripts: Array.from({ length: 21 }, () => body.scripts[0]) }, '/scripts'],
    [
      'a script of 65 KiB',
      { ...body, scripts: [{ sourceCollection: 'Cars', script: ' '.repeat(65 * 1024) }] },
      '/scripts/0/script',
    ],
    ['nesting deeper than 32', `{"scripts":${'['.repeat(40)}${']'.repeat(40)}}`, null],
    ['__proto__', `{"__proto__":{"a":1},${JSON.stringify(body).slice(1)}`, '/__proto__'],
    ['constructor', { ...body, constructor: { a: 1 } }, '/constructor'],
  ])('answers 400 to %s', async (_, payload, pointer) => {
    const answer = await post(payload).expect(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    if (pointer === null) expect(answer.body.detail).toEqual(expect.any(String));
    else expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer }));
    expect(answer.text).not.toMatch(/node_modules|\.ts:/);
  });

  it('does not read a body over 256 KiB, compressed, or in another form than JSON', async () => {
    const large = await post({ ...body, targetDatabase: 'x'.repeat(300 * 1024) });
    expect([large.status, large.body.type]).toEqual([413, 'urn:spark:problem:too-large']);

    const send = () =>
      request(owner.server).post('/spark/etl/deploy').set('authorization', 'Bearer token.of.HR');
    const packed = await send()
      .set('content-encoding', 'gzip')
      .set('content-type', 'application/json')
      .serialize((value: unknown) => value as string)
      .send(gzipSync(JSON.stringify(body)));
    expect(packed.status).toBe(415);
    await send().set('content-type', 'application/xml').send('<a/>').expect(415);
    expect(owner.verifier.asked).toEqual([]);
  });

  it('refuses a script that cannot be compiled, saying where', async () => {
    const scripts = [{ sourceCollection: 'Cars', script: 'loadToCars({\n  A: this.A +;\n});' }];
    const answer = await post({ ...body, scripts }).expect(422);
    expect(answer.body).toMatchObject({
      type: 'urn:spark:problem:script-refused',
      errors: [{ pointer: '/scripts/0/script', line: 2, column: expect.any(Number) }],
    });
  });

  it('refuses an older revision, telling the newest', async () => {
    await post({ ...body, revision: 9 }).expect(200);
    const answer = await post({ ...body, revision: 8 }).expect(409);
    expect(answer.body).toMatchObject({ type: 'urn:spark:problem:older-revision', revision: 9 });
    const other = { ...body, revision: 9, scripts: [] };
    await post(other).expect(409);
  });

  it('holds a flood of one module back without touching the others', async () => {
    const statuses: number[] = [];
    let refused;
    for (let count = 0; count < 40; count++) {
      const answer = await post('[]');
      statuses.push(answer.status);
      if (answer.status === 429) refused = answer;
    }
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 400));
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await post({ ...body, requestingModule: 'Sales' }, 'token.of.Sales').expect(200);
  });

  it('answers 503 with Retry-After while its database or the bus is away, without telling where they are', async () => {
    owner.log.away = true;
    const bus = await post().expect(503);
    expect(bus.headers['retry-after']).toBe('5');
    owner.log.away = false;
    owner.state.away = true;
    const database = await post().expect(503);
    expect(bus.text + database.text).not.toContain('canary');

    owner.state.away = false;
    const healed = await post().expect(200);
    expect(healed.body).toMatchObject({ tasksCreated: 1, tasks: [{ name: 'Cars' }], revision: 1 });
    expect(owner.log.provisioned).toEqual(['SPARK_ROUTE_FLEET_HR']);
  });

  it('plans again when another instance has deployed in the meantime', async () => {
    owner.state.beforeWrite = async () => {
      const other: DeploymentDocument = {
        requester: 'HR',
        engine: 'stream',
        revision: 1,
        target: null,
        tasks: [],
        ended: [{ name: 'Cars', generation: 5 }],
        deployedAtUtc: '',
      };
      await owner.state.write('sparkDeployments/HR', 'SparkDeployments', other, null);
    };
    await post().expect(200);
    expect((await deployed())?.tasks.find(({ name }) => name === 'Cars')?.generation).toBe(6);
  });

  it('does not answer other spellings of its path', async () => {
    for (const path of [
      '//spark/etl/deploy',
      '/spark//etl/deploy',
      '/spark%2fetl/deploy',
      '/%73park/etl/deploy/../x',
    ]) {
      const answer = await request(owner.server)
        .post(path)
        .set('content-type', 'application/json')
        .send(body);
      expect([401, 404]).toContain(answer.status);
    }
    await request(owner.server).post('/SPARK/ETL/Deploy').send(body).expect(401);
  });
});
