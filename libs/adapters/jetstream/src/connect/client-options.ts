import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { securityOptions } from './credentials.ts';
import type { NatsSecurity } from './security.ts';
import { inboxPrefix } from './inbox.ts';
import { securityFault } from './judge-security.ts';
import { JetStreamRefusedError } from './refusals.ts';
import { RETRY_MS } from './retry-policy.ts';
import type { ServerAddress } from './server-address.ts';

/**
 * The client's options for one connection.
 * @param turn rotates the server to begin with, so that a useless one is not retried exclusively
 * @throws {JetStreamRefusedError} for credentials or certificates that cannot be valid, before a server is asked
 */
export function clientOptions(
  address: ServerAddress,
  { name, security = () => ({}) }: { name: string; security?: () => NatsSecurity },
  turn: number,
): NodeConnectionOptions {
  const fault = securityFault(security());
  if (fault !== null) throw new JetStreamRefusedError(fault);
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
    // Otherwise every request captures two stacks, for traces that our own errors replace.
    noAsyncTraces: true,
    // Detects a hanging server or a dead connection after 15 s.
    pingInterval: 5_000,
    maxPingOut: 2,
  };
}
