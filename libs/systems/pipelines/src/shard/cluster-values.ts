import { RevisedValues, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import type { JetStreamPlace } from '../store/place.ts';

const CLEANED_AFTER_MS = 10 * 60_000;

/** The buckets in which the nodes of a cluster report that they are alive and who owns each shard. */
export function clusterBuckets({ stream }: JetStreamPlace): { nodes: string; shards: string } {
  return { nodes: `${stream}_NODES`, shards: `${stream}_SHARDS` };
}

export function clusterValues(
  connection: JetStreamConnection,
  place: JetStreamPlace,
): { nodes: RevisedValues; shards: RevisedValues } {
  const { nodes, shards } = clusterBuckets(place);
  return {
    nodes: new RevisedValues(connection, nodes, CLEANED_AFTER_MS),
    shards: new RevisedValues(connection, shards),
  };
}
