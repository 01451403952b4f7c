import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes over the connection of a request. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Node 24.9 and later call this before a request is upgraded. */
interface ChoosyServer extends Server {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/**
 * Takes over connections that request an upgrade at one path. Everything else stays an ordinary request: otherwise, with a
 * listener for `upgrade`, a server would no longer handle any request that names a protocol.
 */
export function takeUpgrades(server: ChoosyServer, path: string, accept: Upgrade): void {
  const isOurs = ({ url }: IncomingMessage): boolean => url?.split('?')[0] === path;
  const hasOthers = (): boolean => server.listenerCount('upgrade') > 1;
  const before = server.shouldUpgradeCallback;
  if (before)
    server.shouldUpgradeCallback = (request) =>
      isOurs(request) || (hasOthers() && before.call(server, request));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isOurs(request)) {
      // Node no longer listens here, and an unhandled error event ends the process.
      socket.on('error', () => socket.destroy());
      accept(request, socket, head);
    } else if (!hasOthers()) refuseUpgrade(socket, '400 Bad Request');
  });
}

/** Answers a request that cannot be upgraded, and closes its connection. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
