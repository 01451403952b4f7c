export { describeWithOwnServers, describeWithServers, testServers } from './test/describe-with-servers.ts';
export type { NeededServer, TestServers } from './test/describe-with-servers.ts';
export { eventually } from './test/eventually.ts';
export type { EventuallyOptions } from './test/eventually.ts';
export { TcpProxy } from './test/tcp-proxy.ts';
export type { Weather } from './test/tcp-proxy.ts';
