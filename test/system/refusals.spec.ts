import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JetStreamAuditLog, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { carDocument } from '../support/cars.ts';
import type { Member } from '../support/member.ts';
import { onNats } from '../support/on-nats.ts';
import { DEPLOY, type Outsider, registerOutsider } from '../support/outsider.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { describeOn, ONE_BY_DAY } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const script = 'loadToCars({ Model: this.Model });';

describeOn(ONE_BY_DAY, 'What is refused', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let outsider: Outsider;

  beforeAll(async () => {
    world = await World.create('refusals', pair);
    fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: ['HR', 'Outsider'] }] });
    hr = await world.hr();
    outsider = await registerOutsider(world, 'Outsider', 'http://127.0.0.1:9');
    fleet.start();
    await hr.startReady();
  });
  afterAll(() => world?.end());

  const request = (changes: object = {}) => ({
    requestingModule: 'Outsider',
    targetDatabase: 'SparkOutsider',
    targetUrls: ['http://127.0.0.1:8080'],
    scripts: [{ sourceCollection: 'Cars', script }],
    ...changes,
  });

  const stillWorks = async (): Promise<void> => {
    const id = `cars/${Math.random()}`;
    await fleet.database.put(id, carDocument(1));
    await documentIs(hr.database, id, { Model: 'Model 1' });
  };

  describe('at the deploy endpoint, as a problem', () => {
    it('401 for nobody, for another body, another path, another module and an old token', async () => {
      const body = request();
      expect((await fleet.ask(DEPLOY, { method: 'POST', body })).status).toBe(401);
      expect((await outsider.deploy(fleet, body, { body: 'another' })).status).toBe(401);
      expect((await outsider.deploy(fleet, body, { path: '/spark/else' })).status).toBe(401);
      expect((await outsider.deploy(fleet, body, { audience: 'HR' })).status).toBe(401);
      const past = Math.floor(Date.now() / 1000) - 600;
      expect((await outsider.deploy(fleet, body, { claims: { iat: past, exp: past + 60 } })).status).toBe(
        401,
      );
    });

    it.each([
      ['X-Forwarded-Client-Cert', 'Subject="CN=HR"'],
      ['Client-Cert', ':MIIB:'],
      ['X-SSL-Client-Verify', 'SUCCESS'],
      ['X-SSL-Client-S-DN', 'CN=HR'],
      ['X-Forwarded-User', 'HR'],
      ['X-Forwarded-For', '127.0.0.1'],
      ['Forwarded', 'for=127.0.0.1;by=proxy'],
      ['X-Original-URL', '/health/live'],
    ])('401 for who only has a proxy’s header %s', async (header, value) => {
      const headers = { [header]: value };
      expect((await fleet.ask(DEPLOY, { method: 'POST', body: request(), headers })).status).toBe(401);
      expect((await fleet.ask('/spark/replication', { headers })).status).toBe(401);
    });

    it('400 with the place of each fault for a wrong body', async () => {
      for (const wrong of [
        request({ scripts: 'none' }),
        request({ targetUrls: [7] }),
        request({ scripts: [{ sourceCollection: 'Cars' }] }),
      ]) {
        const { status, headers, body } = await outsider.deploy<{ errors: unknown[] }>(fleet, wrong);
        expect(status).toBe(400);
        expect(headers.get('content-type')).toMatch(/application\/problem\+json/);
        expect(body.errors).toContainEqual(
          expect.objectContaining({ pointer: expect.stringMatching(/^\//) }),
        );
      }
      expect((await outsider.deploy(fleet, '{ "requestingModule": ')).status).toBe(400);
    });

    it('403 for a collection that is not shared, and for a request in the name of another module', async () => {
      const secret = request({
        scripts: [{ sourceCollection: 'Salaries', script: 'loadToSalaries(this);' }],
      });
      const { status, body } = await outsider.deploy<object>(fleet, secret);
      expect(status).toBe(403);
      expect(body).toMatchObject({ type: 'urn:spark:problem:not-shared' });
      expect((await outsider.deploy(fleet, request({ requestingModule: 'HR' }))).status).toBe(403);
    });

    it('422 with line and column for a script that cannot be', async () => {
      const broken = request({ scripts: [{ sourceCollection: 'Cars', script: 'loadToCars({\n  Model: }' }] });
      const { status, body } = await outsider.deploy<object>(fleet, broken);
      expect(status).toBe(422);
      expect(body).toMatchObject({
        type: 'urn:spark:problem:script-refused',
        errors: [{ pointer: '/scripts/0/script', line: 2, column: expect.any(Number) }],
      });
    });

    it('413 for a body beyond all measure', async () => {
      const huge = request({
        scripts: [{ sourceCollection: 'Cars', script: `// ${'x'.repeat(2_000_000)}` }],
      });
      expect((await outsider.deploy(fleet, huge)).status).toBe(413);
    });

    it('409 for an older revision than the one deployed', async () => {
      expect((await outsider.deploy(fleet, request({ revision: 5 }))).status).toBe(200);
      expect((await outsider.deploy(fleet, request({ revision: 4 }))).status).toBe(409);
      expect((await outsider.deploy(fleet, request({ revision: 6, scripts: [] }))).status).toBe(200);
    });

    it('in the audit trail, for operators only: who asked for what in whose name, and why it was refused', async () => {
      await outsider.deploy(fleet, request({ revision: 7, scripts: [] }));
      const list = () => fleet.operate<object[]>('/spark/audit?take=500');
      await fleet.until('done writing', async () =>
        JSON.stringify((await list()).body).includes('"allowed"'),
      );
      const { body, headers } = await list();
      expect(Number(headers.get('x-total-count'))).toBe(body.length);
      const path = DEPLOY;
      expect(body).toContainEqual(
        expect.objectContaining({ who: 'Outsider', path, decision: 'allowed', status: 200 }),
      );
      expect(body).toContainEqual(
        expect.objectContaining({
          who: 'Outsider',
          path,
          decision: 'refused',
          status: 403,
          reason: expect.stringMatching(/not shared|not that of/),
        }),
      );
      expect(body).toContainEqual(expect.objectContaining({ who: null, decision: 'refused', status: 401 }));
      expect((await fleet.ask('/spark/audit')).status).toBe(401);
    });

    it('in the stream of all modules, where no module can remove it', async () => {
      const log = (connection: JetStreamConnection) =>
        new JetStreamAuditLog({ connection, module: fleet.name }).newest(0, 500);
      const { entries } = await onNats(world.natsUrl, log);
      const { body } = await fleet.operate<object[]>('/spark/audit?take=500');
      expect(entries).toEqual(expect.arrayContaining(body));
      expect(entries.length).toBeGreaterThan(1);
    });

    it('and after all that the others go on', stillWorks);
  });

  describe('of what a module declares', () => {
    it('a collection that is not shared: one dead letter at once, the reason in the readiness', async () => {
      const nosy = await world.module('Nosy', {
        replicated: [
          { sourceModule: 'Fleet', sourceCollection: 'Salaries', etlScript: 'loadToSalaries(this);' },
        ],
      });
      nosy.start();
      await nosy.until('refused', async () => {
        const letters = JSON.stringify((await nosy.operate('/spark/dead-letters')).body);
        return /Salaries/.test(letters) && /403|not shared/.test(letters);
      });
      // For a moment not while it asks again, because it has just heard from the owner.
      await nosy.until('not ready for that reason', async () => {
        const { status, body } = await nosy.ask('/health/ready');
        return status === 503 && JSON.stringify(body).includes('not shared');
      });
      await stillWorks();
    });

    it('a module that does not exist: the copies of the others arrive all the same', async () => {
      const hopeful = await world.module('HR', {
        replicated: [
          { sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: script },
          { sourceModule: 'Atlantis', sourceCollection: 'Ships', etlScript: 'loadToShips(this);' },
        ],
      });
      await hr.process.stop();
      await fleet.database.put('cars/hopeful', carDocument(3));
      hopeful.start();
      await documentIs(hopeful.database, 'cars/hopeful', { Model: 'Model 3' });
      const { status, body } = await hopeful.ask('/health/ready');
      expect(status).toBe(503);
      expect(JSON.stringify(body)).toMatch(/Atlantis/);
      await hopeful.process.stop();
      hr.start();
      await hr.ready();
      await stillWorks();
    });

    it.each([
      ['a script without loadTo', { sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: '1 + 1;' }],
      ['a name that cannot travel', { sourceModule: 'Fl eet', sourceCollection: 'Cars', etlScript: script }],
      [
        'a module that would copy from itself',
        { sourceModule: 'Wrong', sourceCollection: 'Cars', etlScript: script },
      ],
    ])('%s: the start ends with a message that names the class', async (_, declaration) => {
      const wrong = await world.module('Wrong', { replicated: [declaration] });
      wrong.start();
      await wrong.process.end();
      expect(wrong.process.ended).not.toBe(0);
      expect(wrong.process.logTail()).toMatch(/Copy0/);
    });
  });
});
