import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ensureDatabase, RavenConnection } from '@nestjs-spark/ravendb/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { Shares } from '../../declare/shares.ts';
import type { DeploymentDocument } from '../plan/deployment-document.ts';
import { RavenEtlEngine } from './raven-etl-engine.ts';
import { RavenNativeTasks } from './raven-native-tasks.ts';

describeWithServers(['ravendb'], "RavenDB's own ETL on a server without a licence", () => {
  const database = `NativeEtl-${randomUUID().slice(0, 8)}`;
  let connection: RavenConnection;
  let engine: RavenEtlEngine;
  const deployment: DeploymentDocument = {
    requester: 'HR',
    engine: 'etl',
    revision: 1,
    target: { database: 'SparkHR', urls: ['http://127.0.0.1:9'] },
    tasks: [
      {
        name: 'Cars',
        collection: 'Cars',
        script: 'loadToCars(this);',
        fingerprint: 'f',
        generation: 1,
        carriedOut: 0,
      },
    ],
    ended: [],
    deployedAtUtc: '2026-01-01T00:00:00Z',
  };

  beforeAll(async () => {
    connection = new RavenConnection({ urls: [testServers().ravendbUrl], database });
    await ensureDatabase(connection.http, connection.settings, { create: true });
    const shares = new Shares([{ collection: 'Cars', with: ['HR'] }]);
    engine = new RavenEtlEngine(new RavenNativeTasks(connection), shares);
  });

  afterAll(async () => {
    const body = JSON.stringify({ DatabaseNames: [database], HardDelete: true });
    await connection.http.request({ method: 'DELETE', path: '/admin/databases', body });
    await connection.close();
  });

  it('goes up to the licence, whose refusal is a clear result', async () => {
    await expect(engine.carryOut(deployment)).rejects.toMatchObject({
      kind: 'licence',
      message: expect.stringContaining('SPARK_REPLICATION_ENGINE'),
    });
  });

  it('can be asked how it stands, and ended, though there is nothing', async () => {
    expect(await engine.report(deployment)).toMatchObject([
      { name: 'Cars', state: 'Starting', complete: false },
    ]);
    await engine.end('HR');
    await engine.carryOut({ ...deployment, tasks: [] });
  });
});
