import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RavenConnection } from '../connect/raven-connection.ts';
import { putEtlConnection } from './connection-strings.ts';
import { findEtlTask, readEtlProgress, readEtlStatistics } from './etl-status.ts';
import { addEtlTask, deleteEtlTask, resetEtl, updateEtlTask } from './etl-task.ts';
import { etlTaskName } from './names.ts';
import { startRawServer, type ReceivedRequest } from '../fixtures/raw-server.ts';

// What is sent to a licensed server and understood from it, by its documentation and client: this suite has never met one.
describe('ETL tasks at the HTTP boundary (never met a licensed server)', () => {
  const name = etlTaskName('HR');
  const definition = {
    name,
    connectionName: name,
    transformations: [
      { name: 'Cars', collection: 'Cars', script: 'loadToCars({ Model: this.Model })' },
      { name: 'CarBrands', collection: 'CarBrands', script: 'loadToCarBrands(this)' },
    ],
  };
  let server: Awaited<ReturnType<typeof startRawServer>>;
  let connection: RavenConnection;

  beforeAll(async () => {
    server = await startRawServer(answer);
    connection = new RavenConnection({ urls: [server.url], database: 'SparkFleet' });
  });
  beforeEach(() => {
    server.received.length = 0;
  });
  afterAll(async () => {
    await connection.close();
    await server.close();
  });

  function sent(): { method: string; path: string; body: unknown }[] {
    return server.received
      .filter(({ path }) => path.startsWith('/databases/'))
      .map(({ method, path, body }) => ({
        method,
        path: path.replace(/[?&]raft-request-id=[^&]*/, ''),
        body: body === '' ? null : (JSON.parse(body) as unknown),
      }));
  }

  it('writes a connection string named after the requester', async () => {
    await putEtlConnection(connection, { name, urls: ['http://hr:8080'], database: 'SparkHR' });
    expect(sent()).toMatchObject([
      {
        method: 'PUT',
        path: '/databases/SparkFleet/admin/connection-strings',
        body: {
          Name: 'spark-etl-HR',
          Database: 'SparkHR',
          TopologyDiscoveryUrls: ['http://hr:8080'],
          Type: 'Raven',
        },
      },
    ]);
  });

  it('adds a task with one transformation per script', async () => {
    expect(await addEtlTask(connection, definition)).toBe(7);
    expect(sent()).toMatchObject([
      {
        method: 'PUT',
        path: '/databases/SparkFleet/admin/etl',
        body: {
          Name: 'spark-etl-HR',
          ConnectionStringName: 'spark-etl-HR',
          EtlType: 'Raven',
          Transforms: [
            { Name: 'Cars', Collections: ['Cars'], Script: 'loadToCars({ Model: this.Model })' },
            { Name: 'CarBrands', Collections: ['CarBrands'], Script: 'loadToCarBrands(this)' },
          ],
        },
      },
    ]);
  });

  it('updates a task by its id', async () => {
    expect(await updateEtlTask(connection, 5, definition)).toBe(7);
    expect(sent()).toMatchObject([{ method: 'PUT', path: '/databases/SparkFleet/admin/etl?id=5' }]);
  });

  it('resets one transformation, with the verb RESET', async () => {
    await resetEtl(connection, name, 'Cars');
    expect(sent()).toMatchObject([
      {
        method: 'RESET',
        path: '/databases/SparkFleet/admin/etl?configurationName=spark-etl-HR&transformationName=Cars',
      },
    ]);
  });

  it('deletes a task by its id', async () => {
    await deleteEtlTask(connection, 7);
    expect(sent()).toMatchObject([
      { method: 'DELETE', path: '/databases/SparkFleet/admin/tasks?id=7&type=RavenEtl' },
    ]);
  });

  it('finds a task with its scripts, and null where there is none', async () => {
    expect(await findEtlTask(connection.http, name)).toEqual({
      taskId: 7,
      name,
      connectionName: name,
      state: 'Enabled',
      connectionStatus: 'Active',
      error: null,
      transformations: [{ name: 'Cars', collection: 'Cars', script: 's' }],
    });
    expect(await findEtlTask(connection.http, 'other')).toBeNull();
  });

  it('reads progress and statistics per transformation', async () => {
    expect(await readEtlProgress(connection.http)).toEqual([
      {
        task: name,
        transformation: 'Cars',
        completed: false,
        disabled: false,
        documentsLeft: 3,
        deletesLeft: 0,
        documentsTotal: 10,
      },
    ]);
    expect(await readEtlStatistics(connection.http)).toEqual([
      { task: name, transformation: 'Cars', lastProcessedEtag: 12, transformationErrors: 1, loadErrors: 0 },
    ]);
  });
});

function answer({ method, path }: ReceivedRequest): object | null {
  if (path.startsWith('/cluster')) return { NodeTag: 'A' };
  if (path.includes('/etl/progress')) {
    const process = { TransformationName: 'Cars', NumberOfDocumentsToProcess: 3, TotalNumberOfDocuments: 10 };
    return { Results: [{ TaskName: 'spark-etl-HR', ProcessesProgress: [process] }] };
  }
  if (path.includes('/etl/stats')) {
    const stats = {
      TransformationName: 'Cars',
      Statistics: { LastProcessedEtag: 12, TransformationErrors: 1, LoadErrors: 0 },
    };
    return { Results: [{ TaskName: 'spark-etl-HR', Stats: [stats] }] };
  }
  if (method === 'GET' && path.includes('/task?')) {
    if (!path.includes('taskName=spark-etl-HR')) return null;
    return {
      TaskId: 7,
      TaskName: 'spark-etl-HR',
      TaskState: 'Enabled',
      TaskConnectionStatus: 'Active',
      Error: null,
      Configuration: {
        ConnectionStringName: 'spark-etl-HR',
        Transforms: [{ Name: 'Cars', Collections: ['Cars'], Script: 's' }],
      },
    };
  }
  return { RaftCommandIndex: 1, TaskId: 7 };
}
