import type { AddEtlOperation, RavenEtlConfiguration, Transformation, UpdateEtlOperation } from 'ravendb';
import type { RavenConnection } from '../connect/raven-connection.ts';
import { throughClient } from './client-errors.ts';

/**
 * One script of a task. Its progress is tied to the names of the task and the script: with another name it starts from the
 * beginning.
 */
export interface EtlTransformation {
  name: string;
  collection: string;
  script: string;
}

export interface EtlTaskDefinition {
  name: string;
  connectionName: string;
  /** At least one: RavenDB does not allow a task without any. To end all, delete the task. */
  transformations: EtlTransformation[];
}

/**
 * @returns the task's id
 * @throws {LicenceRefusedError} when the licence does not include ETL
 */
export function addEtlTask(connection: RavenConnection, definition: EtlTaskDefinition): Promise<number> {
  return send(
    connection,
    ({ AddEtlOperation, RavenEtlConfiguration }) =>
      new AddEtlOperation(configure(new RavenEtlConfiguration(), definition)),
  );
}

/**
 * Updates a task. Its scripts continue where they were, so a changed one needs `resetEtl` as well.
 * @returns the task's new id
 */
export function updateEtlTask(
  connection: RavenConnection,
  taskId: number,
  definition: EtlTaskDefinition,
): Promise<number> {
  return send(
    connection,
    ({ UpdateEtlOperation, RavenEtlConfiguration }) =>
      new UpdateEtlOperation(taskId, configure(new RavenEtlConfiguration(), definition)),
  );
}

/** Makes one script of a task start again from the first document. */
export async function resetEtl(
  connection: RavenConnection,
  taskName: string,
  transformation: string,
): Promise<void> {
  await throughClient(connection, (store, { ResetEtlOperation }) =>
    store.maintenance.send(new ResetEtlOperation(taskName, transformation)),
  );
}

/** A missing task is not an error. */
export async function deleteEtlTask(connection: RavenConnection, taskId: number): Promise<void> {
  await throughClient(connection, (store, { DeleteOngoingTaskOperation }) =>
    store.maintenance.send(new DeleteOngoingTaskOperation(taskId, 'RavenEtl')),
  );
}

async function send(
  connection: RavenConnection,
  operation: (client: typeof import('ravendb')) => AddEtlOperation<never> | UpdateEtlOperation<never>,
): Promise<number> {
  const result = await throughClient<{ taskId: number }>(connection, (store, client) =>
    store.maintenance.send(operation(client)),
  );
  return result.taskId;
}

function configure(
  configuration: RavenEtlConfiguration,
  { name, connectionName, transformations }: EtlTaskDefinition,
): RavenEtlConfiguration {
  configuration.name = name;
  configuration.connectionStringName = connectionName;
  configuration.transforms = transformations.map((one): Transformation => ({
    name: one.name,
    collections: [one.collection],
    applyToAllDocuments: false,
    script: one.script,
  }));
  return configuration;
}
