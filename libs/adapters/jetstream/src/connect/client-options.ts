import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { type NatsSecurity, securityOptions } from './credentials.ts';
import { inboxPrefix } from './inbox.ts';
import { RETRY_MS } from './retry-policy.ts';
import type { ServerAddress } from './server-address.ts';

/**
 * What the client is told for one connection.
 * @param turn which server to begin with: they are taken in turn, so that one that is of no use is not tried alone
 */
export function clientOptions(
  address: ServerAddress,
  { name, security = () => ({}) }: { name: string; security?: () => NatsSecurity },
  turn: number,
): NodeConnectionOptions {
  const { servers } = address;
  const first = turn % servers.length;
  return {
    servers: [...servers.slice(first), ...servers.slice(0, first)],
    noRandomize: true,
    ...securityOptions(address, security),
    name,
    inboxPrefix: inboxPrefix(name),
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    ignoreAuthErrorAbort: true,
    // Otherwise two stacks are captured for every request, for traces that our own errors replace.
    noAsyncTraces: true,
    // A server that hangs, or a connection that leads nowhere, is noticed after 15 s.
    pingInterval: 5_000,
    maxPingOut: 2,
  };
}
