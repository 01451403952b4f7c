import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { carDocument } from '../support/cars.ts';
import type { Answer } from '../support/http.ts';
import type { Member } from '../support/member.ts';
import { foreignModule, type ForeignModule } from '../support/module-tokens.ts';
import { registerOutsider } from '../support/outsider.ts';
import { nestjsSparkEtl } from '../support/nestjs-spark.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { describeOn, ONE_BY_DAY } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const PREVIEW = '/spark/etl/preview';
const running = 'if (this.Hidden) return;\nloadToCars({ Model: this.Model, Price: this.Price });';
const other = `if (this.Year > 2001) return;
if (this.Broken) throw new Error('broken car');
loadToCars({ Model: this.Model, Price: this.Price, Year: this.Year });`;

interface Previewed {
  scripts: {
    running: object | null;
    warnings: string[];
    summary: Record<string, number>;
    documents: { id: string; status: string; commands: object[]; failure: object | null; against: object }[];
  }[];
}

describeOn(ONE_BY_DAY, 'A preview', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let asking: ForeignModule;
  let folder: string;

  beforeAll(async () => {
    world = await World.create('preview', pair);
    fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: ['HR', 'Asking'] }] });
    hr = await world.module('HR', {
      replicated: [{ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: running }],
    });
    asking = await registerOutsider(world, 'Asking', 'http://127.0.0.1:9');
    folder = await mkdtemp(join(tmpdir(), 'spark-preview-'));
    for (let n = 0; n < 4; n++) await fleet.database.put(`cars/${n}`, carDocument(n));
    await fleet.database.put('cars/broken', carDocument(1, { Broken: true }));
    await fleet.database.put('cars/hidden', carDocument(1, { Hidden: true }));
    await fleet.database.put('secrets/1', { S: 'canary', '@metadata': { '@collection': 'Secrets' } });
    fleet.start();
    await hr.startReady();
    await documentIs(hr.database, 'cars/broken', { Model: 'Model 1' });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await world?.end();
  });

  const request = (changes: object = {}) => ({
    requestingModule: 'HR',
    scripts: [{ sourceCollection: 'Cars', script: other }],
    ...changes,
  });
  const preview = (changes: object = {}) =>
    fleet.operate<Previewed>(PREVIEW, { method: 'POST', body: request(changes) });
  const previewAs = async (module: ForeignModule, changes: object = {}): Promise<Answer<Previewed>> => {
    const body = JSON.stringify(request(changes));
    const token = await module.token({ audience: 'Fleet', method: 'POST', path: PREVIEW, body });
    return fleet.ask(PREVIEW, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
  };

  describe('for an operator', () => {
    it('says what each document would become, what is filtered and what fails, beside the running script', async () => {
      const before = await hr.database.documents('Cars');
      const { status, body } = await preview();
      expect(status).toBe(200);
      const [script] = body.scripts;
      expect(script?.running).toMatchObject({ generation: 1, same: false });
      expect(script?.summary).toMatchObject({
        documents: 6,
        copied: 3,
        filtered: 2,
        failed: 1,
        changedCopies: 2,
        goneCopies: 2,
        newCopies: 1,
      });
      const of = (id: string) => script?.documents.find((one) => one.id.toLowerCase() === id);
      expect(of('cars/1')).toMatchObject({
        status: 'copied',
        commands: [
          { type: 'put', id: 'cars/1', collection: 'Cars', fields: expect.stringContaining('"Year":2001') },
        ],
        against: { outcome: 'different', copies: [{ change: 'changed' }] },
      });
      expect(of('cars/3')).toMatchObject({ status: 'filtered', against: { copies: [{ change: 'gone' }] } });
      expect(of('cars/hidden')).toMatchObject({ status: 'copied', against: { copies: [{ change: 'new' }] } });
      expect(of('cars/broken')).toMatchObject({
        status: 'failed',
        failure: { kind: 'thrown', line: 2, reason: expect.stringMatching(/broken car/) },
        against: { outcome: 'fails' },
      });
      expect(await hr.database.documents('Cars')).toEqual(before);
      expect((await fleet.operate<{ total: number }>('/spark/etl/set-aside')).body.total).toBe(0);
    });

    it('names the fields that no document has, and those that are null in every copy', async () => {
      const script = 'loadToCars({ Model: this.model, Year: null, Plate: this.LicensePlate });';
      const { body } = await fleet.operate<Previewed>(PREVIEW, {
        method: 'POST',
        body: request({ scripts: [{ sourceCollection: 'Cars', script }] }),
      });
      expect(body.scripts[0]?.warnings).toEqual([
        '`model`: 0 of 6 documents have it; did you mean `Model`?',
        '`Model`: null in 6 of 6 copies',
        '`Year`: null in 6 of 6 copies',
      ]);
    });

    it('shows ids with what comes before them', async () => {
      const scripts = [{ sourceCollection: 'Cars', script: running, idPrefix: 'fleet/' }];
      const { body } = await fleet.operate<Previewed>(PREVIEW, {
        method: 'POST',
        body: request({ scripts, documents: ['cars/1'] }),
      });
      expect(body.scripts[0]?.documents[0]?.commands).toMatchObject([{ type: 'put', id: 'fleet/cars/1' }]);
    });

    it('tries the documents that are named, and says which are not there', async () => {
      const { body } = await preview({ documents: ['cars/2', 'cars/none', 'secrets/1'] });
      expect(body.scripts[0]?.documents).toMatchObject([
        { id: 'cars/2', status: 'filtered' },
        { id: 'cars/none', status: 'missing' },
        { id: 'secrets/1', status: 'missing' },
      ]);
      expect(JSON.stringify(body)).not.toMatch(/canary/);
    });

    it('shows a script only what is shared with its module, whatever it loads', async () => {
      const nosy = `loadToCars({ S: load('secrets/1') ? 'seen' : 'not seen' });`;
      const scripts = [{ sourceCollection: 'Cars', script: nosy }];
      const { body } = await preview({ scripts, sample: 1 });
      expect(JSON.stringify(body)).toMatch(/not seen/);
      expect(body.scripts[0]?.documents).toHaveLength(1);
    });

    it('answers a script that cannot be with line and column, and a wrong body with its fields', async () => {
      const refused = await preview({
        scripts: [{ sourceCollection: 'Cars', script: 'loadToCars({\n A: }' }],
      });
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/scripts/0/script', line: 2, column: expect.any(Number) }] },
      });
      const wrong = await preview({ sample: 1_000 });
      expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: '/sample' }] } });
      expect((await preview({ colour: 'red' })).status).toBe(400);
      expect((await fleet.operate(PREVIEW)).status).toBe(405);
    });
  });

  describe('for a module', () => {
    it('is made for itself, and for no other', async () => {
      const own = await previewAs(asking, { requestingModule: 'Asking' });
      expect(own).toMatchObject({ status: 200, body: { scripts: [{ running: null }] } });
      expect((await previewAs(asking)).status).toBe(403);
    });

    it('is refused for what is not shared with it', async () => {
      const scripts = [{ sourceCollection: 'Secrets', script: 'loadToSecrets(this);' }];
      expect(await previewAs(asking, { requestingModule: 'Asking', scripts })).toMatchObject({
        status: 403,
        body: { type: 'urn:spark:problem:not-shared' },
      });
    });

    it('is refused to a stranger, and to nobody at all', async () => {
      const stranger = await foreignModule('Stranger');
      expect((await previewAs(stranger, { requestingModule: 'Stranger' })).status).toBe(401);
      expect((await fleet.ask(PREVIEW, { method: 'POST', body: request() })).status).toBe(401);
    });
  });

  describe('from the command line', () => {
    const command = async (script: string, ...more: string[]) => {
      const file = join(folder, 'script.js');
      await writeFile(file, script);
      const at = ['--module', 'Fleet', '--url', fleet.url, '--collection', 'Cars', '--script', file];
      return nestjsSparkEtl(['preview', ...at, ...more]);
    };
    const asHr = () => ['--as', 'HR', '--keys-dir', world.keysDir];

    it('shows what would change, and ends with 1 where a document fails', async () => {
      const { code, out } = await command(other, ...asHr());
      expect(code).toBe(1);
      expect(out).toMatch(
        /^Fleet -> HR: Cars {2}\(Cars -> Cars; compared with the running script, generation 1\)$/m,
      );
      expect(out).toMatch(/^ {4}\+ Year: 2001$/m);
      expect(out).toMatch(/^ {2}! line 2, column \d+: .*broken car$/m);
      expect(out).toMatch(/^6 documents: 3 copied, 2 filtered, 1 failed; copies: 1 new, 2 changed, 2 gone/m);
    });

    it('ends with 0 where all is well, and speaks JSON to machines', async () => {
      const operator = ['--token', 'operators-of-the-tests-only', '--for', 'HR'];
      const { code, out } = await command(running, ...operator, '--documents', 'cars/1', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        scripts: [{ running: { same: true }, documents: [{ id: 'cars/1', against: { outcome: 'same' } }] }],
      });
    });

    it('says why it is refused', async () => {
      expect(await command('loadToCars({\n A: }', ...asHr())).toMatchObject({
        code: 1,
        err: expect.stringMatching(/line 2, column \d+: /),
      });
      expect(await command(other, '--token', 'wrong', '--for', 'HR')).toMatchObject({
        code: 1,
        err: expect.stringMatching(/SPARK_OPERATOR_TOKEN/),
      });
      expect(await command(other, ...asHr(), '--collection', 'Secrets')).toMatchObject({
        code: 1,
        err: expect.stringMatching(/Secrets is not shared with HR/),
      });
      expect(await command(other, ...asHr(), '--url', 'http://127.0.0.1:9')).toMatchObject({
        code: 1,
        err: expect.stringMatching(/Fleet cannot be reached at http:\/\/127\.0\.0\.1:9/),
      });
      expect(await command(other, '--as', 'Nobody', '--keys-dir', world.keysDir)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/Nobody\.jwk\.json is missing/),
      });
      expect(await nestjsSparkEtl(['preview'])).toMatchObject({
        code: 2,
        err: expect.stringMatching(/--help/),
      });
    });
  });

  it('says which generation runs after a resync', async () => {
    await hr.operate('/spark/replication/Fleet/Cars/resync', { method: 'POST' });
    const generation = await fleet.until('the next generation', async () => {
      const { body } = await fleet.operate<Previewed>(PREVIEW, { method: 'POST', body: request() });
      const shown = (body.scripts[0]?.running as { generation: number } | null)?.generation ?? 0;
      return shown > 1 && shown;
    });
    expect(generation).toBe(2);
  });
});
