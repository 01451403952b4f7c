import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { carDocument } from '../support/cars.ts';
import type { Member } from '../support/member.ts';
import { nestjsSparkEtl } from '../support/nestjs-spark.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { ONE_BY_DAY, SECURED_SQLITE, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const SET_ASIDE = '/spark/etl/set-aside';
const script = `
if (!load(this.Brand)) throw new Error('no brand ' + this.Brand);
loadToCars({ Model: this.Model });
`;

interface List {
  total: number;
  tasks: { retrying: boolean }[];
  items: { documentId: string; reason: string; line: number; column: number; count: number; kind: string }[];
}

describeOn([...ONE_BY_DAY, SECURED_SQLITE], 'A document that fails', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  const fleetIs = {
    shared: [
      { collection: 'Cars', with: ['HR'] },
      { collection: 'CarBrands', with: ['HR'] },
    ],
  };
  const hrIs = (etlScript: string) => ({
    replicated: [{ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript }],
  });

  beforeAll(async () => {
    world = await World.create('set-aside', pair);
    fleet = await world.module('Fleet', fleetIs);
    hr = await world.module('HR', hrIs(script));
    await brand('vw');
    fleet.start();
    await hr.startReady();
  });
  afterAll(() => world?.end());

  const brand = (name: string) =>
    fleet.database.put(`carBrands/${name}`, { Name: name, '@metadata': { '@collection': 'CarBrands' } });
  const car = (id: string, of: string) =>
    fleet.database.put(id, carDocument(1, { Brand: `carBrands/${of}` }));
  const list = async (at = fleet) => (await at.operate<List>(SET_ASIDE)).body;
  const listed = async (ids: string[], at = fleet): Promise<List> =>
    at.until(`listing ${ids.join(', ') || 'nothing'}`, async () => {
      const found = await list(at);
      const there = found.items.map(({ documentId }) => documentId).toSorted();
      return JSON.stringify(there) === JSON.stringify(ids.toSorted()) && found;
    });
  const retry = (body: object, at = fleet) => at.operate(`${SET_ASIDE}/retry`, { method: 'POST', body });

  describe('because its script throws', () => {
    it('is listed with line, column and reason; the rest arrives, and the module is ready', async () => {
      await car('cars/1', 'vw');
      await car('cars/2', 'bmw');
      await car('cars/3', 'kia');
      await car('cars/4', 'vw');
      await documentIs(hr.database, 'cars/4', { Model: 'Model 1' });
      const { items } = await listed(['cars/2', 'cars/3']);
      const first = items.find(({ documentId }) => documentId === 'cars/2');
      expect(first).toMatchObject({ kind: 'thrown', line: 2, column: expect.any(Number) });
      expect(first?.reason).toMatch(/no brand carBrands\/bmw/);
      expect(await hr.database.get('cars/2')).toBeNull();
      expect((await hr.ask('/health/ready')).status).toBe(200);
    });

    it('is counted in the status and the metrics', async () => {
      const { body } = await fleet.operate<{ outgoing: { setAside: number }[] }>('/spark/replication');
      expect(body.outgoing[0]?.setAside).toBe(2);
      const metrics = (await fleet.ask<string>('/metrics')).body;
      expect(metrics).toMatch(/^spark_replication_set_aside\{direction="out",module="HR".*\} 2$/m);
    });

    it('arrives and leaves the list when it is corrected at its owner', async () => {
      await car('cars/3', 'vw');
      await documentIs(hr.database, 'cars/3', { Model: 'Model 1' });
      await listed(['cars/2']);
    });

    it('stays on the list over a kill -9 of its owner, and with a new count when it fails again', async () => {
      await fleet.process.kill9();
      await fleet.startReady();
      const before = (await listed(['cars/2'])).items[0]?.count ?? 0;
      expect((await retry({ module: 'HR', task: 'Cars', documents: ['cars/2'] })).status).toBe(202);
      await fleet.until('done with it', async () => {
        const { items, tasks } = await list();
        return (items[0]?.count ?? 0) > before && !tasks.some(({ retrying }) => retrying);
      });
    });

    it('arrives when it is run again, though the owner is killed right after it was asked for', async () => {
      await brand('bmw');
      expect((await retry({})).status).toBe(202);
      await fleet.process.kill9();
      await fleet.startReady();
      await documentIs(hr.database, 'cars/2', { Model: 'Model 1' });
      await listed([]);
      await car('cars/5', 'vw');
      await documentIs(hr.database, 'cars/5', { Model: 'Model 1' });
    });

    it('leaves the list when it is deleted', async () => {
      await car('cars/6', 'none');
      await listed(['cars/6']);
      await fleet.database.delete('cars/6');
      await listed([]);
    });

    it('is listed and run again from the command line, as operator and as the module that asks', async () => {
      await car('cars/7', 'later');
      await listed(['cars/7']);
      const at = ['--module', 'Fleet', '--url', fleet.url];
      const as = ['--as', 'HR', '--keys-dir', world.keysDir];
      const shown = await nestjsSparkEtl(['set-aside', 'list', ...at, ...as]);
      expect(shown).toMatchObject({ code: 0, err: '' });
      expect(shown.out).toMatch(/^Fleet -> HR: Cars {2}1 set aside$/m);
      expect(shown.out).toMatch(/^ {2}! line 2, column \d+: .*no brand carBrands\/later/m);
      await brand('later');
      const operator = { SPARK_OPERATOR_TOKEN: 'operators-of-the-tests-only' };
      const asked = await nestjsSparkEtl(['set-aside', 'retry', ...at], operator);
      expect(asked).toMatchObject({ code: 0, out: expect.stringMatching(/1 to be run again/) });
      await documentIs(hr.database, 'cars/7', { Model: 'Model 1' });
      await eventually(async () => {
        const again = await nestjsSparkEtl(['set-aside', 'list', ...at, ...as, '--json']);
        return (JSON.parse(again.out) as List).total === 0;
      });
    });

    it('is shown and run again for nobody else', async () => {
      expect((await fleet.ask(SET_ASIDE)).status).toBe(401);
      expect((await fleet.ask(`${SET_ASIDE}/retry`, { method: 'POST', body: {} })).status).toBe(401);
      expect((await retry({ task: 'Salaries' })).status).toBe(404);
      expect((await retry({ documents: ['cars/1'] })).status).toBe(400);
      expect((await fleet.operate(`${SET_ASIDE}?take=many`)).status).toBe(400);
      expect((await fleet.operate(SET_ASIDE, { method: 'PUT', body: {} })).status).toBe(405);
    });
  });

  describe('because the store of the requester does not take it', () => {
    const mine = { Text: 'a note', '@metadata': { '@collection': 'Notes' } };

    // On SQLite a copy may be in another collection than the document before it.
    if (pair.requester === 'ravendb') {
      it('is set aside there, the rest goes on, and it arrives after the remedy', async () => {
        await hr.database.put('cars/taken', mine);
        await fleet.database.write(
          ['cars/a', 'cars/taken', 'cars/b'].map((id) => ({
            id,
            document: carDocument(2, { Brand: 'carBrands/vw' }),
          })),
        );
        await documentIs(hr.database, 'cars/a', { Model: 'Model 2' });
        await documentIs(hr.database, 'cars/b', { Model: 'Model 2' });
        const { items } = await listed(['cars/taken'], hr);
        expect(items[0]).toMatchObject({
          kind: 'not-a-copy',
          reason: expect.stringMatching(/cars\/taken.*own in Notes/),
        });
        expect(await hr.database.get('cars/taken')).toMatchObject({ Text: 'a note' });
        await eventually(async () => {
          const { body } = await hr.operate<{ incoming: object[] }>('/spark/replication');
          expect(body.incoming).toMatchObject([{ state: 'Streaming', setAside: 1 }]);
        });
        await hr.database.delete('cars/taken');
        expect((await retry({ module: 'Fleet' }, hr)).status).toBe(202);
        await documentIs(hr.database, 'cars/taken', { Model: 'Model 2' });
        await listed([], hr);
      });
    }

    it('is set aside without holding up anything when it can never be taken', async () => {
      const long = `cars/${'x'.repeat(490)}`;
      const loads = 'loadToCars({ Model: this.Model }); loadToSummaries({ Of: this.Model });';
      await hr.process.stop();
      const other = await world.module('HR', hrIs(loads));
      await other.startReady();
      await fleet.database.put(long, carDocument(3));
      await fleet.database.put('cars/after', carDocument(3));
      await documentIs(other.database, 'cars/after', { Model: 'Model 3' });
      const { items } = await listed([long], other);
      expect(items[0]).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/512 bytes/) });
      expect(await other.database.get(long)).toMatchObject({ Model: 'Model 3' });
      await fleet.database.delete(long);
      await listed([], other);
    });
  });
});
