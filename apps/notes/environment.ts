import type { SparkPeersOptions } from '@nestjs-spark/peers';

/** Which replica this process is, from the environment. */
export function peersFromEnvironment(env: Readonly<Record<string, string | undefined>>): SparkPeersOptions {
  const { SPARK_PEERS_NODE: nodeId } = env;
  if (!nodeId) throw new Error('SPARK_PEERS_NODE is missing: set it to a name for this node, such as a.');
  return {
    service: env['SPARK_PEERS_SERVICE'] || 'notes',
    nodeId,
    offlineStart: offlineStart(env['SPARK_PEERS_OFFLINE_START'] || 'wait'),
    retireAfterSeconds: seconds(env, 'SPARK_PEERS_RETIRE_AFTER', 86_400),
    driftEverySeconds: seconds(env, 'SPARK_PEERS_DRIFT_EVERY', 60),
    clockShiftMs: Number(env['SPARK_PEERS_CLOCK_SHIFT_MS'] || 0),
  };
}

function offlineStart(value: string): 'wait' | 'serve' {
  if (value === 'wait' || value === 'serve') return value;
  throw new Error(`SPARK_PEERS_OFFLINE_START is ${JSON.stringify(value)}: it has to be wait or serve.`);
}

function seconds(env: Readonly<Record<string, string | undefined>>, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name} is ${JSON.stringify(text)}: it has to be a number of seconds.`);
}
