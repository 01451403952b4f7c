export * from './index.ts';
export { clusterGrants } from './module/cluster-grants.ts';
export { provisionCluster } from './module/provision-cluster.ts';
