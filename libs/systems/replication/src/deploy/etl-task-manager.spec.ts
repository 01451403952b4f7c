import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { StoreRefusedError, UnavailableError, type EtlScriptRequest } from '@nestjs-spark/contracts';
import { STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import { Shares } from '../declare/shares.ts';
import { DeploymentDirectory } from './deployment-directory.ts';
import { EtlTaskManager } from './etl-task-manager.ts';
import { NATIVE_TASKS } from './engines/ports.ts';
import { DeploymentStore } from './deployment-store.ts';
import { RavenEtlEngine } from './engines/raven-etl-engine.ts';
import { startOwner, type Owner, type OwnerWishes } from './fixtures/owner.ts';
import { ravenInfo } from './fixtures/doubles.ts';
import type { DeploymentDocument } from './plan/deployment-document.ts';

const owners: Owner[] = [];
afterEach(async () => {
  for (const owner of owners.splice(0)) await owner.app.close();
});

async function start(wishes?: OwnerWishes): Promise<Owner & { manager: EtlTaskManager }> {
  const owner = await startOwner(wishes);
  owners.push(owner);
  return { ...owner, manager: owner.app.get(EtlTaskManager) };
}

function wanted(more: Partial<EtlScriptRequest> = {}): EtlScriptRequest {
  return {
    requestingModule: 'HR',
    targetDatabase: 'SparkHR',
    targetUrls: ['http://HR-db:8080/'],
    scripts: [{ sourceCollection: 'Cars', script: 'loadToCars({ A: this.A });' }],
    ...more,
  };
}

const sqliteInfo: StoreInfo = {
  ...ravenInfo(false),
  kind: 'sqlite',
  licence: async () => ({ type: 'None', hasRavenEtl: false }),
};

const stored = async (owner: Owner) =>
  (await owner.state.read<DeploymentDocument>('sparkDeployments/HR'))?.value;
const problem = (kind: string, text: string) =>
  expect.objectContaining({ kind, message: expect.stringContaining(text) });
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('the stream engine', () => {
  it('goes on at the next start with what was written down before a crash', async () => {
    const first = await start();
    first.log.away = true;
    await expect(first.manager.deploy(wanted())).rejects.toThrow('NATS');
    expect((await stored(first))?.tasks).toMatchObject([{ generation: 1, carriedOut: 0 }]);

    const second = await start({ state: first.state });
    await until(() => second.log.provisioned.length > 0);
    expect(second.capture.assigned.get('HR')).toHaveLength(1);
    await second.manager.inTurn('HR', async () => undefined);
    expect((await stored(second))?.tasks).toMatchObject([{ generation: 1, carriedOut: 1 }]);
    expect(await second.manager.deploy(wanted())).toMatchObject({ tasksCreated: 0 });
  });

  it('waits for the disk once for a changed set, and not at all for an unchanged one', async () => {
    const owner = await start();
    const writes = jest.spyOn(owner.state, 'write');
    const waited = () => writes.mock.calls.filter((call: unknown[]) => call[4] !== 'soon').length;
    await owner.manager.deploy(wanted());
    expect(waited()).toBe(1);
    expect((await stored(owner))?.tasks).toMatchObject([{ generation: 1, carriedOut: 1 }]);
    await owner.manager.deploy(wanted());
    expect(writes).toHaveBeenCalledTimes(2);
  });

  it('follows what another instance of the module has deployed', async () => {
    const one = await start();
    await one.manager.deploy(wanted());
    const other = await start({ state: one.state });
    await until(() => other.capture.assigned.has('HR'));
    await one.manager.deploy(wanted({ scripts: [] }));
    await other.board.publish('spark.control.deployed.fleet.hr', { requester: 'HR', revision: 2 });
    await until(() => other.capture.assigned.get('HR')?.length === 0);
    expect(other.capture.assigned.get('HR')).toEqual([]);
  });

  it('stops sending a collection whose share was taken back, and says so', async () => {
    const before = await start();
    await before.manager.deploy(wanted());
    const after = await start({ state: before.state, shares: new Shares([]) });
    await until(() => after.capture.assigned.has('HR'));
    expect(after.capture.assigned.get('HR')).toEqual([]);
    const directory = after.app.get(DeploymentDirectory);
    expect(await directory.read({ owner: 'Fleet', requester: 'HR', name: 'Cars' })).toBeNull();
  });

  it('gives a task whose requester may read more or less than before another generation, and no other', async () => {
    const fields = (...names: string[]) =>
      new Shares([
        { collection: 'Cars', with: ['HR'], fields: names },
        { collection: 'CarBrands', with: ['HR'], load: [] },
      ]);
    const brands = { sourceCollection: 'CarBrands', script: 'loadToCarBrands(this);' };
    const both = wanted({ scripts: [...wanted().scripts, brands] });
    const before = await start({ shares: fields('Model', 'Year') });
    await before.manager.deploy(both);
    const generations = async (shares: Shares) => {
      const after = await start({ state: before.state, shares });
      await until(() => after.capture.assigned.get('HR')?.length === 2);
      return after.capture.assigned.get('HR')?.map(({ generation, fields: read }) => [generation, read]);
    };
    expect(await generations(fields('Year', 'Model'))).toEqual([
      [1, ['Year', 'Model']],
      [1, undefined],
    ]);
    expect(await generations(fields('Model'))).toEqual([
      [2, ['Model']],
      [1, undefined],
    ]);
    const again = await start({ state: before.state, shares: fields('Model', 'Color') });
    expect(await again.manager.deploy({ ...both, revision: 1 })).toMatchObject({ tasksUpdated: 0 });
    const [cars] = again.capture.assigned.get('HR') ?? [];
    expect(cars).toMatchObject({ generation: 3, fields: ['Model', 'Color'] });
  });

  it('leaves a task to the instances whose shares it was written down with', async () => {
    const bounded = (...names: string[]) => new Shares([{ collection: 'Cars', with: ['HR'], fields: names }]);
    const older = await start({ shares: bounded('Model', 'Year') });
    await older.manager.deploy(wanted());
    const newer = await start({ state: older.state, shares: bounded('Model') });
    await until(() => newer.capture.assigned.get('HR')?.length === 1);
    await older.board.publish('spark.control.deployed.fleet.hr', { requester: 'HR', revision: 1 });
    await until(() => older.capture.assigned.get('HR')?.length === 0);
    expect(newer.capture.assigned.get('HR')).toHaveLength(1);
  });

  it('warns of a field that a script names and that is not shared', async () => {
    const shares = new Shares([{ collection: 'Cars', with: ['HR'], fields: ['Model'] }]);
    const { manager } = await start({ shares });
    const script = 'loadToCars({ Model: this.Model, Price: this.Price });';
    const { tasks } = await manager.deploy(wanted({ scripts: [{ sourceCollection: 'Cars', script }] }));
    expect(tasks[0]?.warnings).toEqual([expect.stringMatching(/^`Price` is not shared with HR/)]);
  });

  it('tells the streams what is agreed now, whatever the case of the names', async () => {
    const owner = await start();
    await owner.manager.deploy(wanted());
    const task = await owner.app
      .get(DeploymentDirectory)
      .read({ owner: 'fleet', requester: 'hr', name: 'CARS' });
    expect(task).toMatchObject({
      collection: 'Cars',
      generation: 1,
      loadable: [{ collection: 'Cars' }, { collection: 'CarBrands' }],
    });
    expect(task).not.toHaveProperty('fields');
  });

  it('never gives away the documents of Spark itself', async () => {
    const shares = new Shares([{ collection: 'SparkKeys', with: ['*'] }]);
    const { manager } = await start({ shares });
    const scripts = [{ sourceCollection: 'SparkKeys', script: 'loadToSparkKeys(this);' }];
    await expect(manager.deploy(wanted({ scripts }))).rejects.toEqual(problem('notShared', 'SparkKeys'));
  });
});

describe("RavenDB's own ETL", () => {
  const etl = (wishes: OwnerWishes = {}) =>
    start({ hasRavenEtl: true, ...wishes, settings: { engine: 'etl', ...wishes.settings } });

  it('makes, changes, resets and deletes exactly what the requirement names', async () => {
    const { manager, native } = await etl();
    const answer = await manager.deploy(wanted());
    expect(answer).toMatchObject({ tasksCreated: 1, tasks: [{ name: 'Cars', engine: 'etl' }] });
    expect(native.calls.splice(0)).toEqual(['connection spark-etl-HR SparkHR', 'add spark-etl-HR']);

    const brands = { sourceCollection: 'CarBrands', script: 'loadToCarBrands(this);' };
    const changed = { sourceCollection: 'Cars', script: 'loadToCars({ B: this.B });' };
    await manager.deploy(wanted({ scripts: [changed, brands] }));
    expect(native.calls.splice(0)).toEqual([
      'connection spark-etl-HR SparkHR',
      'update spark-etl-HR',
      'reset spark-etl-HR/Cars',
    ]);

    await manager.deploy(wanted({ scripts: [changed, brands] }));
    expect(native.calls.splice(0)).toEqual(['connection spark-etl-HR SparkHR']);

    await manager.deploy(wanted({ scripts: [] }));
    expect(native.calls).toEqual(['remove']);
  });

  it('is refused what nothing there confines: shares of some fields, and names that are computed', async () => {
    const bounded = [{ collection: 'Cars', with: ['HR'], fields: ['Model'] }];
    const { manager } = await etl({ shares: new Shares(bounded) });
    await expect(manager.deploy(wanted())).rejects.toMatchObject({
      kind: 'scriptRefused',
      errors: [{ pointer: '/scripts/0/sourceCollection', detail: expect.stringMatching(/only some fields/) }],
    });
    const open = await etl();
    for (const code of [
      "this['lo' + 'ad']",
      "(function () { return this })()['load']",
      '({ [this.X]: 1 })',
    ]) {
      const scripts = [{ sourceCollection: 'Cars', script: `loadToCars({ A: ${code} });` }];
      await expect(open.manager.deploy(wanted({ scripts }))).rejects.toMatchObject({ kind: 'scriptRefused' });
    }
    expect(open.native.calls).toEqual([]);
  });

  it('ends a task whose share is bounded afterwards, and says why', async () => {
    const before = await etl();
    await before.manager.deploy(wanted());
    const shares = new Shares([{ collection: 'Cars', with: ['HR'], fields: ['Model'] }]);
    const after = await etl({
      state: before.state,
      shares,
      real: [{ provide: NATIVE_TASKS, useValue: before.native }],
    });
    await until(() => before.native.calls.includes('remove'));
    const current = await after.app.get(DeploymentStore).read('HR');
    const reports = current ? await after.app.get(RavenEtlEngine).report(current.value) : [];
    expect(reports).toMatchObject([
      { state: 'Faulted', lastError: expect.stringMatching(/only some fields/) },
    ]);
  });

  it('says that the licence is missing instead of failing, when RavenDB finds out only then', async () => {
    const { manager, native } = await etl();
    native.refusesLicence = true;
    await expect(manager.deploy(wanted())).rejects.toEqual(problem('licence', 'licence'));
  });

  it.each([
    ['a licence without it', ravenInfo(false), 'the RavenDB licence (None) does not include RavenDB ETL'],
    ['another store', sqliteInfo, 'the store is sqlite, which has no ETL of its own'],
  ])('is refused for %s before anything is written; what runs is left alone', async (_, info, why) => {
    const { state, manager: before } = await start();
    await before.deploy(wanted());
    const agreed = await state.read('sparkDeployments/HR');
    const real = [
      { provide: STORE_INFO, useValue: info },
      ...(info.kind === 'sqlite' ? [{ provide: NATIVE_TASKS, useValue: null }] : []),
    ];
    const { manager, native, capture } = await etl({ state, real });
    await manager.heal('HR');
    const scripts = [{ sourceCollection: 'Cars', script: 'loadToCars({ B: this.B });' }];
    const refused = manager.deploy(wanted({ scripts }));
    await expect(refused).rejects.toEqual(problem('licence', why));
    await expect(refused).rejects.toThrow('Set SPARK_REPLICATION_ENGINE of Fleet to auto or stream');
    await expect(manager.deploy(wanted({ requestingModule: 'Sales', scripts }))).rejects.toThrow(why);
    expect(await state.read('sparkDeployments/HR')).toEqual(agreed);
    expect(await state.read('sparkDeployments/Sales')).toBeNull();
    expect(native.calls).toEqual([]);
    expect(capture.assigned.get('HR')).toHaveLength(1);

    expect(await manager.deploy(wanted({ scripts: [] }))).toMatchObject({ tasksRemoved: 1, tasks: [] });
    expect(capture.assigned.get('HR')).toEqual([]);
  });

  it('takes a licence that has come since, at once', async () => {
    const info = { ...ravenInfo(false) };
    const { manager } = await etl({ real: [{ provide: STORE_INFO, useValue: info }] });
    await expect(manager.deploy(wanted())).rejects.toEqual(problem('licence', 'licence'));
    info.licence = ravenInfo(true).licence;
    expect((await manager.deploy(wanted())).tasks[0]?.engine).toBe('etl');
  });

  it('waits for a server that is away, instead of guessing its licence', async () => {
    const licence = async () =>
      Promise.reject(new UnavailableError('RavenDB at http://fleet-db:8080 cannot be reached'));
    const real = [{ provide: STORE_INFO, useValue: { ...ravenInfo(true), licence } }];
    const owner = await etl({ real });
    await expect(owner.manager.deploy(wanted())).rejects.toThrow(UnavailableError);
    expect(await stored(owner)).toBeUndefined();
  });

  it('lets RavenDB judge where the server does not show its licence', async () => {
    const licence = async () => Promise.reject(new StoreRefusedError('RavenDB refused: 403'));
    const real = [{ provide: STORE_INFO, useValue: { ...ravenInfo(true), licence } }];
    const { manager } = await etl({ real });
    expect((await manager.deploy(wanted())).tasks[0]?.engine).toBe('etl');
  });

  it.each([
    'http://127.0.0.1:8080',
    'http://2130706433',
    'http://0x7f.1',
    'http://[::ffff:7f00:1]',
    'http://169.254.169.254/latest',
    'http://hr-db:8080@evil',
    'http://user:secret@hr-db:8080',
    'file:///etc/passwd',
    'hr-db',
  ])('contacts nothing that is not on the list of targets: %s', async (url) => {
    const { manager, native } = await etl();
    await expect(manager.deploy(wanted({ targetUrls: [url] }))).rejects.toMatchObject({
      kind: 'scriptRefused',
      errors: [{ pointer: '/targetUrls/0' }],
    });
    expect(native.calls).toEqual([]);
  });

  it.each([
    'loadToCars({ A: load(this.B) });',
    'loadToCars({ A: eval("lo" + "ad")(this.B) });',
    'loadToCars({ A: new Function("return 1")() });',
  ])('does not run what it could not confine: %s', async (script) => {
    const { manager, native } = await etl();
    const scripts = [{ sourceCollection: 'Cars', script }];
    await expect(manager.deploy(wanted({ scripts }))).rejects.toMatchObject({
      kind: 'scriptRefused',
      errors: [{ pointer: '/scripts/0/script' }],
    });
    expect(native.calls).toEqual([]);
  });
});

describe('the choice of the engine', () => {
  it('takes RavenDB ETL by itself where the licence has it and everything suits', async () => {
    const { manager } = await start({ hasRavenEtl: true });
    expect((await manager.deploy(wanted())).tasks[0]?.engine).toBe('etl');
  });

  it('lets the stream engine carry what RavenDB ETL must not', async () => {
    const { manager } = await start({ hasRavenEtl: true });
    const answer = await manager.deploy(wanted({ targetUrls: ['http://127.0.0.1:8080'] }));
    expect(answer.tasks[0]?.engine).toBe('stream');
  });

  it('ends what one engine does before the other begins', async () => {
    const licensed = await start({ hasRavenEtl: true });
    await licensed.manager.deploy(wanted());
    const unlicensed = await start({ state: licensed.state });
    unlicensed.native.task = licensed.native.task;
    const answer = await unlicensed.manager.deploy(wanted());
    expect(answer).toMatchObject({ tasksCreated: 0, tasksUpdated: 0, tasks: [{ engine: 'stream' }] });
    expect(unlicensed.native.calls).toContain('remove');
    expect(unlicensed.capture.assigned.get('HR')).toMatchObject([{ generation: 2 }]);
  });
});
