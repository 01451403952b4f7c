import type { RavenConnection } from '../connect/raven-connection.ts';
import { throughClient } from './client-errors.ts';

/** Where a task sends to. */
export interface EtlConnection {
  name: string;
  urls: string[];
  database: string;
}

/** Creates or updates it; repeating it changes nothing. */
export async function putEtlConnection(
  connection: RavenConnection,
  { name, urls, database }: EtlConnection,
): Promise<void> {
  await throughClient(connection, (store, { PutConnectionStringOperation, RavenConnectionString }) => {
    const text = Object.assign(new RavenConnectionString(), { name, database, topologyDiscoveryUrls: urls });
    return store.maintenance.send(new PutConnectionStringOperation(text));
  });
}

export async function listEtlConnections(connection: RavenConnection): Promise<EtlConnection[]> {
  const { ravenConnectionStrings } = await throughClient(
    connection,
    (store, { GetConnectionStringsOperation }) => store.maintenance.send(new GetConnectionStringsOperation()),
  );
  return Object.values(ravenConnectionStrings ?? {}).map(({ name, database, topologyDiscoveryUrls }) => ({
    name,
    database,
    urls: topologyDiscoveryUrls,
  }));
}
