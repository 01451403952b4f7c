import { SubjectLog, type JetStreamConnection, type Provisioned } from '@nestjs-spark/jetstream/internal';
import { clusterValues } from '../shard/cluster-values.ts';
import { logAt, PIPELINE_LOGS, PLACE } from '../store/place.ts';

/** Creates the streams and buckets of a cluster on the bus, as an administrator. Idempotent. @returns what was done with each stream */
export async function provisionCluster(
  connection: JetStreamConnection,
): Promise<ReadonlyMap<string, Provisioned>> {
  const { nodes, shards } = clusterValues(connection, PLACE);
  await Promise.all([nodes.provision(), shards.provision()]);
  const logs = PIPELINE_LOGS.map((log) => logAt(PLACE, log));
  return new Map(
    await Promise.all(
      logs.map(
        async (log) => [log.stream, await new SubjectLog({ connection, ...log }).provision()] as const,
      ),
    ),
  );
}
