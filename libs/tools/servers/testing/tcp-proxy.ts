import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What a connection through the proxy suffers. */
export interface Weather {
  /** Each direction's bytes arrive so much later, in milliseconds. */
  latencyMs?: { up?: number; down?: number };
  /** Accepts, and passes nothing on, in either direction or in one: nobody is told. */
  silent?: 'both' | 'up' | 'down';
  /** Refuses new connections and has ended those that were there. */
  cut?: boolean;
  /** Passes on this many bytes a second, in each direction. */
  bytesPerSecond?: number;
}

/** Sits in front of a server and makes its network bad, for as long as a test wants. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #weather: Weather = {};

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: false }, (socket) => this.#accept(socket));
  }

  /** @param target a port on loopback */
  static async before(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#sockets.size / 2;
  }

  /** For connections that are there and for new ones; `{}` is fine weather. What was held back while silent is lost with its connection. */
  set(weather: Weather): void {
    const wasSilent = this.#weather.silent !== undefined;
    this.#weather = weather;
    // A stream of which bytes are missing cannot go on.
    if (weather.cut || (wasSilent && weather.silent === undefined)) this.reset();
  }

  /** Ends every connection that is there. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#weather.cut) {
      client.destroy();
      return;
    }
    const upstream = connect(this.#target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    void this.#pass(client, upstream, 'up');
    void this.#pass(upstream, client, 'down');
  }

  async #pass(from: Socket, to: Socket, direction: 'up' | 'down'): Promise<void> {
    const due: { at: number; bytes: Buffer }[] = [];
    let wake = Promise.withResolvers<void>();
    from.on('data', (bytes: Buffer) => {
      const { latencyMs, silent } = this.#weather;
      if (silent === 'both' || silent === direction) return;
      due.push({ at: performance.now() + (latencyMs?.[direction] ?? 0), bytes });
      wake.resolve();
    });
    from.on('close', () => wake.resolve());
    while (!from.destroyed || due.length > 0) {
      const next = due.shift();
      if (!next) {
        await wake.promise;
        wake = Promise.withResolvers<void>();
        continue;
      }
      const early = next.at - performance.now();
      // What is held back keeps no test from ending.
      if (early > 0) await wait(early, undefined, { ref: false });
      await this.#send(next.bytes, to);
    }
  }

  async #send(bytes: Buffer, to: Socket): Promise<void> {
    const { bytesPerSecond } = this.#weather;
    if (bytesPerSecond === undefined) {
      if (!to.destroyed) to.write(bytes);
      return;
    }
    const step = Math.max(1, Math.round(bytesPerSecond / 20));
    for (let at = 0; at < bytes.length && !to.destroyed; at += step) {
      to.write(bytes.subarray(at, at + step));
      await wait(50);
    }
  }
}
