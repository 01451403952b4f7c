import type { PipelinesNode } from '../own/pipelines-node.ts';

/** The nodes with their number of pipelines, and the owner of each shard. */
export async function clusterView(node: PipelinesNode): Promise<Record<string, unknown>> {
  const { nodes, shards } = await node.shards.overview();
  const counts = new Map<string, number>();
  const owners = new Map(shards.map((one) => [one.shard, one.node]));
  for (const { key, state } of node.projection.list()) {
    if (state.status === 'Deleted') continue;
    const owner = owners.get(node.shardOf(key)) ?? '';
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return {
    mode: node.store.mode,
    node: node.shards.node,
    nodes: nodes.map((one) => ({ ...one, pipelines: counts.get(one.id) ?? 0 })),
    shards,
  };
}
