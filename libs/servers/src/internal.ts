export * from './index.ts';
export { freePort, isFree } from './run/free-port.ts';
export { startNatsCluster } from './run/start-nats-cluster.ts';
export type { ClusterOptions, NatsCluster } from './run/start-nats-cluster.ts';
