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

/** What the nodes of a cluster need on NATS: all of its logs and shards, because every node may own every pipeline. */
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
