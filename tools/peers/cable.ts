import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A connection to a server that can be unplugged and plugged in again. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isIn = true;

  private constructor(target: URL) {
    this.#server = createServer((socket) => {
      if (!this.#isIn) {
        socket.destroy();
        return;
      }
      const upstream = connect(Number(target.port), target.hostname);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  static async to(url: string): Promise<Cable> {
    const cable = new Cable(new URL(url));
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    return cable;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `nats://127.0.0.1:${port}`;
  }

  pull(): void {
    this.#isIn = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  putBack(): void {
    this.#isIn = true;
  }

  close(): void {
    this.pull();
    this.#server.close();
  }
}
