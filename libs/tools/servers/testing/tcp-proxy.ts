import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** The faults of connections through the proxy. */
export interface Weather {
  /** The delay of each direction, in milliseconds. */
  latencyMs?: { up?: number; down?: number };
  /** Accepts connections but passes nothing on, in one or both directions, without notifying anyone. */
  silent?: 'both' | 'up' | 'down';
  /** Refuses new connections and ends existing ones. */
  cut?: boolean;
  /** Bandwidth in bytes per second, for each direction. */
  bytesPerSecond?: number;
}

/** Sits in front of a server and injects network faults. */
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

  /**
   * Applies to existing and new connections; `{}` is normal. Bytes held back while silent are lost together with their
   * connection.
   */
  set(weather: Weather): void {
    const wasSilent = this.#weather.silent !== undefined;
    this.#weather = weather;
    // A stream with missing bytes cannot continue.
    if (weather.cut || (wasSilent && weather.silent === undefined)) this.reset();
  }

  /** Ends every existing connection. */
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
      // Data that is held back must not keep a test from ending.
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
