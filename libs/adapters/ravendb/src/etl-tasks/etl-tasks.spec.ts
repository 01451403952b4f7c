import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { randomUUID } from 'node:crypto';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenConnection } from '../connect/raven-connection.ts';
import { readLicence } from '../licence/read-licence.ts';
import { LicenceRefusedError } from './client-errors.ts';
import { listEtlConnections, putEtlConnection } from './connection-strings.ts';
import { findEtlTask, readEtlProgress, readEtlStatistics } from './etl-status.ts';
import { addEtlTask, deleteEtlTask, resetEtl, updateEtlTask } from './etl-task.ts';
import { etlTaskName } from './names.ts';

const licensed = Boolean(process.env['RAVEN_LICENSE']);

describeWithServers(['ravendb'], 'ETL tasks on a real server', () => {
  const database = `etl-${randomUUID().slice(0, 8)}`;
  const name = etlTaskName('HR');
  const cars = { name: 'Cars', collection: 'Cars', script: 'loadToCars({ Model: this.Model })' };
  const definition = { name, connectionName: name, transformations: [cars] };
  let source: RavenConnection;
  let target: RavenConnection;

  beforeAll(async () => {
    const urls = [testServers().ravendbUrl];
    source = new RavenConnection({ urls, database });
    target = new RavenConnection({ urls, database: `${database}-target` });
    for (const { http, settings } of [source, target]) await ensureDatabase(http, settings, { create: true });
  });
  afterAll(async () => {
    await source.http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [source, target].map(({ settings }) => settings.database),
      HardDelete: true,
    });
    await Promise.all([source.close(), target.close()]);
  });

  it('keeps a connection string, the same again changing nothing', async () => {
    const connection = { name, urls: [testServers().ravendbUrl], database: target.settings.database };
    await putEtlConnection(source, connection);
    await putEtlConnection(source, connection);
    expect(await listEtlConnections(source)).toEqual([connection]);
  });

  it('knows of no task where there is none', async () => {
    expect(await findEtlTask(source.http, 'spark-etl-Nobody')).toBeNull();
    expect(await readEtlProgress(source.http)).toEqual([]);
    expect(await readEtlStatistics(source.http)).toEqual([]);
    await deleteEtlTask(source, 4711);
  });

  it('says that a server nobody answers for is unavailable', async () => {
    const away = new RavenConnection({ urls: ['http://127.0.0.1:9'], database: 'nowhere' });
    await expect(addEtlTask(away, definition)).rejects.toThrow(UnavailableError);
    await away.close();
  });

  (licensed ? it.skip : it)('tells that the licence refuses, in words for an operator', async () => {
    expect(await readLicence(source.http)).toMatchObject({ hasRavenEtl: false });
    const refused = addEtlTask(source, definition);
    await expect(refused).rejects.toThrow(LicenceRefusedError);
    await expect(refused).rejects.toThrow(/licence does not include RavenDB ETL/);
  });

  (licensed ? it : it.skip)('copies, backfills after a reset, and ends (with RAVEN_LICENSE)', async () => {
    await source.http.sendJson('PUT', source.http.path('/docs', { id: 'cars/1' }), {
      Model: 'Golf',
      '@metadata': { '@collection': 'Cars' },
    });
    const id = await addEtlTask(source, definition);
    const copy = () => target.http.getJson<object>(target.http.path('/docs', { id: 'cars/1' }));
    await eventually(async () => expect(await copy()).toMatchObject({ Results: [{ Model: 'Golf' }] }));
    const changed = { ...cars, script: 'loadToCars({ Model: this.Model, Copied: true })' };
    const newId = await updateEtlTask(source, id, { ...definition, transformations: [changed] });
    await resetEtl(source, name, 'Cars');
    await eventually(async () => expect(await copy()).toMatchObject({ Results: [{ Copied: true }] }));
    expect((await findEtlTask(source.http, name))?.transformations).toEqual([changed]);
    await deleteEtlTask(source, newId);
    expect(await findEtlTask(source.http, name)).toBeNull();
  });
});
