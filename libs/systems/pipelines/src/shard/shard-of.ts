/** Stored with the hash function that maps pipelines to shards: a different value would give a pipeline two owners. */
export const SHARDS = 256;
export const SHARD_FUNCTION = 'fnv1a-32';

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** The shard of a pipeline: 32-bit FNV-1a over the UTF-8 bytes of `tenant/pipelineId`. */
export function shardOf(tenant: string, pipelineId: string): number {
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(`${tenant}/${pipelineId}`)) hash = Math.imul(hash ^ byte, PRIME);
  return (hash >>> 0) % SHARDS;
}
