import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import {
  ensureDatabase,
  findEtlTask,
  listEtlConnections,
  RavenConnection,
  RavenStateStore,
  readLicence,
} from '@nestjs-spark/ravendb/internal';
import request from 'supertest';
import { STATE_STORE, STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import type { EngineChoice } from '../settings/live-schema.ts';
import { DeploymentStore } from './deployment-store.ts';
import { EtlTaskManager } from './etl-task-manager.ts';
import { NATIVE_TASKS } from './engines/ports.ts';
import { RavenNativeTasks } from './engines/raven-native-tasks.ts';
import { startOwner, type Owner } from './fixtures/owner.ts';

describeWithServers(['ravendb'], "RavenDB's own ETL asked for on a server without a licence", () => {
  const settings = { urls: [testServers().ravendbUrl], database: `Refused-${randomUUID().slice(0, 8)}` };
  const owners: Owner[] = [];
  let connection: RavenConnection;
  let states: RavenStateStore;

  beforeAll(async () => {
    connection = new RavenConnection(settings);
    states = new RavenStateStore(settings);
    await ensureDatabase(connection.http, settings, { create: true });
  });
  afterEach(async () => {
    for (const { app } of owners.splice(0)) await app.close();
  });
  afterAll(async () => {
    await connection.http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [settings.database],
      HardDelete: true,
    });
    await Promise.all([connection.close(), states.close()]);
  });

  const start = async (engine: EngineChoice) => {
    const info: Pick<StoreInfo, 'kind' | 'licence'> = {
      kind: 'ravendb',
      licence: () => readLicence(connection.http),
    };
    const owner = await startOwner({
      settings: { engine },
      real: [
        { provide: STATE_STORE, useValue: states },
        { provide: NATIVE_TASKS, useValue: new RavenNativeTasks(connection) },
        { provide: STORE_INFO, useValue: info },
      ],
    });
    owners.push(owner);
    return owner;
  };

  const cars = (script: string) => [{ sourceCollection: 'Cars', script }];
  const deploy = (owner: Owner, requester: string, scripts: object[]) =>
    request(owner.server)
      .post('/spark/etl/deploy')
      .set('authorization', `Bearer token.of.${requester}`)
      .send({
        requestingModule: requester,
        targetDatabase: `Spark${requester}`,
        targetUrls: ['http://hr-db:8080'],
        scripts,
      });
  const stored = (owner: Owner, requester: string) => owner.app.get(DeploymentStore).read(requester);

  it('refuses with the remedy, and leaves nothing behind', async () => {
    const owner = await start('etl');
    const { body } = await deploy(owner, 'HR', cars('loadToCars({ A: this.A });')).expect(422);
    expect(body).toMatchObject({
      type: 'urn:spark:problem:licence',
      detail: expect.stringMatching(
        /does not include RavenDB ETL.*SPARK_REPLICATION_ENGINE.* auto or stream/,
      ),
    });
    expect(await stored(owner, 'HR')).toBeNull();
    expect(await listEtlConnections(connection)).toEqual([]);
    expect(await findEtlTask(connection.http, 'spark-etl-HR')).toBeNull();
  });

  it('leaves a deployment that runs as it is, whose tasks go on', async () => {
    const before = await start('auto');
    await deploy(before, 'Sales', cars('loadToCars({ A: this.A });')).expect(200);
    const agreed = await stored(before, 'Sales');
    expect(agreed?.value).toMatchObject({ engine: 'stream', revision: 1 });

    const after = await start('etl');
    await after.app.get(EtlTaskManager).heal('Sales');
    await deploy(after, 'Sales', cars('loadToCars({ B: this.B });')).expect(422);
    expect(await stored(after, 'Sales')).toEqual(agreed);
    expect(after.capture.assigned.get('Sales')).toMatchObject([{ script: 'loadToCars({ A: this.A });' }]);
    expect(await listEtlConnections(connection)).toEqual([]);
  });

  it('still ends what nobody wants any more', async () => {
    const before = await start('auto');
    await deploy(before, 'Sales', cars('loadToCars({ A: this.A });')).expect(200);
    const after = await start('etl');
    await deploy(after, 'Sales', []).expect(200);
    expect((await stored(after, 'Sales'))?.value.tasks).toEqual([]);
    expect(after.capture.assigned.get('Sales')).toEqual([]);
  });
});
