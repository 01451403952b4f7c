import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './http.ts';

const PROBE_EVERY_MS = 250;
const PROBE_TIMEOUT_MS = 1_000;
const TRY_TIMEOUT_MS = 2_000;
/** Kubernetes' own default: a machine that is busy for a moment is not down. */
const SILENT_PROBES = 3;

/** An instance as the proxy sees it. */
interface Target {
  url: string;
  ready: boolean;
  /** Probes without an answer since the last one that had one. */
  silent: number;
}

/** That an instance which was ready said that it is not, and why. */
export interface TurnedRed {
  url: string;
  reasons: Record<string, { detail?: string }>;
}

interface Ready {
  error?: Record<string, { detail?: string }>;
}

/**
 * A proxy like those in front of any application: it sends requests in turn to the instances that report ready. One that reports not
 * ready gets none from then on, nor does one that leaves several probes unanswered. A read whose instance dies is sent to the next, as
 * proxies do with requests that may be repeated.
 */
export class RoundRobin {
  /** Every time that a ready instance answered 503, with its reasons; one that does not answer at all is not here. */
  readonly turnedRed: TurnedRed[] = [];
  private readonly targets: Target[];
  private readonly server: Server;
  private readonly stopped = new AbortController();
  private probing: Promise<unknown> = Promise.resolve();
  private next = 0;

  constructor(urls: readonly string[]) {
    this.targets = urls.map((url) => ({ url, ready: false, silent: 0 }));
    this.server = createServer((incoming, outgoing) => {
      this.forward(incoming).then(
        ({ status, body }) => outgoing.writeHead(status).end(body),
        (error: unknown) => outgoing.writeHead(503).end(String(error)),
      );
    });
  }

  /** How many instances it sends requests to: those that said ready when last asked. */
  get sendsTo(): number {
    return this.targets.filter(({ ready }) => ready).length;
  }

  /** @returns its address */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.probing = Promise.all(this.targets.map((target) => this.probe(target)));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.probing;
    this.server.closeAllConnections();
    this.server.close();
  }

  private async probe(target: Target): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const timeout = pause(PROBE_TIMEOUT_MS, null, { ref: false });
      const answer = await Promise.race([
        ask<Ready>(`${target.url}/health/ready`).catch(() => null),
        timeout,
      ]);
      if (target.ready && answer?.status === 503)
        this.turnedRed.push({ url: target.url, reasons: answer.body.error ?? {} });
      target.silent = answer === null ? target.silent + 1 : 0;
      if (answer !== null || target.silent >= SILENT_PROBES) target.ready = answer?.status === 200;
      await pause(PROBE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async forward({ url = '/' }: IncomingMessage): Promise<{ status: number; body: Buffer }> {
    let failure: unknown = new Error('no instance is ready');
    for (let tries = 0; tries < 2 * this.targets.length; tries++) {
      const ready = this.targets.filter((target) => target.ready);
      const target = ready[this.next++ % Math.max(1, ready.length)];
      if (!target) break;
      try {
        return await get(`${target.url}${url}`);
      } catch (error) {
        failure = error;
        target.ready = false;
      }
    }
    throw failure;
  }
}

/** One read over a connection of its own. */
function get(url: string): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, timeout: TRY_TIMEOUT_MS }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`${url}: no answer`)));
    asked.on('error', reject);
    asked.end();
  });
}
