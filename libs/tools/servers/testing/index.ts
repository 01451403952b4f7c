export {
  describeWithBrowser,
  describeWithApacheSpark,
  describeWithOpenBao,
  describeWithOwnServers,
  describeWithPrograms,
  describeWithServers,
  testServers,
} from './describe-with-servers.ts';
export type { NeededProgram, NeededServer, TestServers } from './describe-with-servers.ts';
export { eventually } from './eventually.ts';
export type { EventuallyOptions } from './eventually.ts';
export { TcpProxy } from './tcp-proxy.ts';
export type { Weather } from './tcp-proxy.ts';
export { VaultBench } from './vault-bench.ts';
