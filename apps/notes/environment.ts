import type { SparkPeersOptions } from '@nestjs-spark/peers';

/** Which replica this process is, from the environment. */
export function peersFromEnvironment(env: Readonly<Record<string, string | undefined>>): SparkPeersOptions {
  const { SPARK_PEERS_NODE: nodeId, SPARK_PEERS_OFFLINE_START: offlineStart } = env;
  if (!nodeId) throw new Error('SPARK_PEERS_NODE is missing: set it to a name for this node, such as a.');
  return {
    service: env['SPARK_PEERS_SERVICE'] || 'notes',
    nodeId,
    offlineStart: offlineStart === 'serve' ? 'serve' : 'wait',
    clockShiftMs: Number(env['SPARK_PEERS_CLOCK_SHIFT_MS'] || 0),
  };
}
