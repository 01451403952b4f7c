import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { routeLogs } from '@nestjs-spark/contracts/internal';
import { carDocument } from '../support/cars.ts';
import type { Member } from '../support/member.ts';
import { nestjsSpark } from '../support/nestjs-spark.ts';
import { onNats } from '../support/on-nats.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const FLEET = { shared: [{ collection: 'Cars', with: ['HR'] }] };
const CARS = 12;
const SCRIPT = 'loadToCars({ Model: this.Model });';

interface Settings {
  version: number | null;
  state: string;
  settings: { name: string; value: unknown; origin: string; central: unknown }[];
}

describeOn([SQLITE], 'Settings of a running module', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('live-settings', pair);
    fleet = await world.module('Fleet', FLEET);
    hr = await world.module('HR', {
      replicated: [{ sourceModule: 'Fleet', sourceCollection: 'Cars', etlScript: SCRIPT }],
    });
    fleet.start();
    await hr.startReady();
    for (let n = 1; n <= CARS; n++) await fleet.database.put(`cars/${n}`, carDocument(n));
  });
  afterAll(() => world?.end());

  const config = (args: string[], at = fleet) =>
    nestjsSpark(['config', ...args, '--module', at.name, '--url', at.url], {
      SPARK_OPERATOR_TOKEN: at.operatorToken,
    });
  const settingOf = async (name: string, at = fleet) => {
    const { body } = await at.operate<Settings>('/spark/settings');
    return body.settings.find((setting) => setting.name === name);
  };
  /** As the command line does, without a process for it. */
  const set = (values: Record<string, unknown>, at = fleet) =>
    at.operate('/spark/settings', { method: 'POST', body: { values } });
  const logOf = (member: Member) => readFile(member.logFile, 'utf8');
  const published = () =>
    onNats(world.natsUrl, (connection) =>
      connection.use(
        async ({ jsm }) => (await jsm.streams.info(routeLogs('Fleet', 'HR').name)).state.last_seq,
      ),
    );
  /** In which readings of the source the copies were made. */
  const generations = async (): Promise<Set<unknown>> => {
    const copies = await hr.database.documents('Cars');
    if (copies.size < CARS) return new Set();
    return new Set([...copies.values()].map((copy) => copy['@metadata']?.['spark-generation']));
  };
  /** How many change sets the owner publishes to copy everything again. */
  const setsOfResync = async (): Promise<number> => {
    const [old] = await hr.until('with all copies', async () => {
      const found = [...(await generations())];
      return found.length === 1 && found;
    });
    const before = await published();
    await hr.operate('/spark/replication/Fleet/Cars/resync', { method: 'POST' });
    await hr.until('copied again', async () => {
      const found = await generations();
      return found.size === 1 && !found.has(old);
    });
    return (await published()) - before;
  };

  it('take effect without a restart, are logged, and are shown with where they come from', async () => {
    expect(await setsOfResync()).toBeLessThan(CARS);
    const { code, out, err } = await config(['set', 'batchDocuments=1']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('batchDocuments is 1');
    expect(await settingOf('batchDocuments')).toMatchObject({ value: 1, origin: 'central', central: 1 });
    expect(await logOf(fleet)).toMatch(/batchDocuments is 1 now and was 2048 \(settings version 1\)/);
    expect(await setsOfResync()).toBeGreaterThan(CARS);
  });

  it('beat neither options nor variables, which is said when they are set', async () => {
    const { out } = await config(['set', 'retrySeconds=1,2'], hr);
    expect(out).toMatch(/stored and has no effect: the variable SPARK_RETRY_SECONDS sets it to 0\.2,0\.5/);
    expect(await settingOf('retrySeconds', hr)).toMatchObject({ origin: 'environment', central: [1, 2] });
  });

  it.each([
    ['batchDocuments=0', 'batchDocuments (SPARK_BATCH_DOCUMENTS) has to be a whole number from 1 to 2048'],
    ['engine=fast', 'engine (SPARK_REPLICATION_ENGINE) has to be one of auto'],
    ['keysDir=/tmp', 'only takes effect at startup: set SPARK_KEYS_DIR and restart every instance'],
    ['nothing=1', 'is not a setting'],
  ])('stay as they are when %s is refused, including those set beside it', async (wrong, why) => {
    const [name = '', value] = wrong.split('=');
    const { status, body } = await set({ deploymentsPerMinute: 7, [name]: value });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(why);
    expect(await settingOf('deploymentsPerMinute')).toMatchObject({ value: 60, origin: 'default' });
  });

  it('are changed by operators only, and each change is in the audit trail', async () => {
    const post = { method: 'POST', body: { values: { batchDocuments: 3 } } } as const;
    expect((await fleet.ask('/spark/settings')).status).toBe(401);
    expect((await fleet.ask('/spark/settings', post)).status).toBe(401);
    await set({ batchDocuments: 4 });
    await set({ batchDocuments: 5 });
    const reasons = await fleet.until('recording all', async () => {
      const { body } = await fleet.operate<{ path: string; reason: string | null }[]>('/spark/audit');
      const found = body.filter(({ path }) => path === '/spark/settings').map(({ reason }) => reason);
      return found.join().includes('batchDocuments=5') && found.join();
    });
    expect(reasons).toMatch(/batchDocuments=5.*batchDocuments=4.*batchDocuments=1/s);
    expect(reasons).toContain('has to be a whole number from 1 to 2048');
  });

  it('go back to an earlier version, and say what was set', async () => {
    await set({ batchDocuments: 6 });
    expect((await config(['rollback'])).out).toContain('batchDocuments is 5');
    const { code, out: refused, err } = await config(['set', 'engine=fast']);
    expect({ code, refused }).toEqual({ code: 1, refused: '' });
    expect(err).toContain('/values/engine: engine (SPARK_REPLICATION_ENGINE) has to be one of auto');
    const { out } = await config(['history']);
    expect(out).toMatch(/batchDocuments=5 \(the values of version \d+\)/);
    expect((await config(['rollback', '99'])).err).toContain('no version 99');
  });

  it('reach every instance of the module, including one that starts later', async () => {
    const second = await world.module('Fleet', FLEET);
    await second.startReady();
    await second.until('as the first', async () => (await settingOf('batchDocuments', second))?.value === 5);
    await set({ batchDocuments: 8 }, second);
    await fleet.until('told', async () => (await settingOf('batchDocuments'))?.value === 8);
    await second.process.kill9();
  });

  it('switch the log to more and to less', async () => {
    await set({ logLevel: 'error' });
    await set({ batchDocuments: 9 });
    await set({ logLevel: null });
    await set({ batchDocuments: 10 });
    const log = await logOf(fleet);
    expect(log).not.toMatch(/batchDocuments is 9 now/);
    expect(log).toMatch(/batchDocuments is 10 now/);
  });

  it('move requests to another engine, because their requesters ask again', async () => {
    const letters = async () => (await hr.operate<unknown[]>('/spark/dead-letters')).body.length;
    await set({ engine: 'etl' });
    await hr.until('refused', async () => (await letters()) === 1);
    await set({ engine: null });
    await hr.until('accepted again', async () => (await letters()) === 0);
  });

  it('stay as they are when a stranger writes on the bus', async () => {
    const before = await settingOf('batchDocuments');
    await onNats(world.natsUrl, (connection) =>
      connection.use(async ({ js }) => {
        await js.publish('$KV.SPARK_SETTINGS.fleet', '{"batchDocuments":1}');
      }),
    );
    const { body } = await fleet.until('suspicious', async () => {
      const answer = await fleet.operate<Settings>('/spark/settings');
      return answer.body.state === 'refused' && answer;
    });
    expect(body.settings).toContainEqual(before);
    expect((await fleet.ask<string>('/metrics')).body).toMatch(/spark_settings_refused_total 1\n/);
    await set({ batchDocuments: 11 });
    expect(await settingOf('batchDocuments')).toMatchObject({ value: 11, origin: 'central' });
  });

  it('hold after a start without NATS, cannot be changed then, and can again once it is back', async () => {
    await fleet.process.kill9();
    await world.nats.stop();
    fleet.start();
    await fleet.live();
    await fleet.until('as before', async () => (await settingOf('batchDocuments'))?.value === 11);
    expect((await set({ batchDocuments: 12 })).status).toBe(503);
    expect(await settingOf('batchDocuments')).toMatchObject({ value: 11 });
    await world.nats.restart();
    await fleet.until('connected', async () => (await set({ batchDocuments: 12 })).status === 200);
    expect(await settingOf('batchDocuments')).toMatchObject({ value: 12, origin: 'central' });
  });
});
