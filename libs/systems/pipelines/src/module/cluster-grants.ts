import {
  type BusGrants,
  joinGrants,
  moduleGrants,
  removingLogGrants,
  requestGrants,
  revisedValueGrants,
  subjectLogGrants,
} from '@nestjs-spark/jetstream/internal';
import { clusterBuckets } from '../shard/cluster-values.ts';
import { COMMAND_SUBJECTS } from '../shard/jetstream-router.ts';
import { logAt, PIPELINE_LOGS, PLACE } from '../store/place.ts';

/** The NATS permissions of the nodes of a cluster: all of its logs and shards, because any node may own any pipeline. */
export function clusterGrants(module: string): BusGrants {
  const { nodes, shards } = clusterBuckets(PLACE);
  return joinGrants(
    moduleGrants(module),
    ...PIPELINE_LOGS.map((log) =>
      (log === 'dead-letters' ? removingLogGrants : subjectLogGrants)(logAt(PLACE, log)),
    ),
    revisedValueGrants(nodes),
    revisedValueGrants(shards),
    requestGrants(COMMAND_SUBJECTS),
  );
}
