import type { SparkPeersOptions } from '@nestjs-spark/peers';

/** Which replica this process is, from the environment. */
export function peersFromEnvironment(env: Readonly<Record<string, string | undefined>>): SparkPeersOptions {
  const { SPARK_PEERS_NODE: nodeId } = env;
  if (!nodeId) throw new Error('SPARK_PEERS_NODE is missing: set it to a name for this node, such as a.');
  return {
    service: env['SPARK_PEERS_SERVICE'] || 'notes',
    nodeId,
    offlineStart: offlineStart(env['SPARK_PEERS_OFFLINE_START'] || 'wait'),
    clockShiftMs: Number(env['SPARK_PEERS_CLOCK_SHIFT_MS'] || 0),
  };
}

function offlineStart(value: string): 'wait' | 'serve' {
  if (value === 'wait' || value === 'serve') return value;
  throw new Error(`SPARK_PEERS_OFFLINE_START is ${JSON.stringify(value)}: it has to be wait or serve.`);
}
