import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Entry {
  value: string;
  modified: number;
}

const MOST_BYTES = 512 * 1024;

/**
 * Answers as Consul's HTTP API is documented for keys (https://developer.hashicorp.com/consul/api-docs/kv and
 * `.../features/blocking`): one server, no sessions. It is not Consul; it shows that what is written to the contract keeps it.
 */
export class ConsulContract {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<() => void>();
  readonly #token: string;
  #index = 10;

  private constructor(token: string) {
    this.#token = token;
  }

  /** @param token what has to be shown */
  static async start(token: string): Promise<ConsulContract> {
    const consul = new ConsulContract(token);
    await new Promise<void>((resolve) => consul.#server.listen(0, '127.0.0.1', resolve));
    return consul;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  remove(key: string): void {
    this.#entries.delete(key);
    this.#advance();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://consul');
    const [, key = ''] = /^\/v1\/kv\/(.+)$/.exec(url.pathname) ?? [];
    if (request.headers['x-consul-token'] !== this.#token) return end(response, 403, 'Permission denied');
    if (key === '') return end(response, 404, '');
    if (request.method === 'PUT') return this.#put(key, url, await text(request), response);
    if (request.method === 'GET') return this.#get(key, url, response);
    return end(response, 405, '');
  }

  #put(key: string, url: URL, value: string, response: ServerResponse): void {
    if (Buffer.byteLength(value) > MOST_BYTES) return end(response, 413, 'Value exceeds 524288 byte limit');
    const cas = url.searchParams.get('cas');
    const modified = this.#entries.get(key)?.modified ?? 0;
    if (cas !== null && Number(cas) !== modified) return end(response, 200, 'false');
    this.#entries.set(key, { value, modified: this.#index + 1 });
    this.#advance();
    return end(response, 200, 'true');
  }

  async #get(key: string, url: URL, response: ServerResponse): Promise<void> {
    const after = Number(url.searchParams.get('index') ?? 0);
    const seconds = Number(/^(\d+)s$/.exec(url.searchParams.get('wait') ?? '')?.[1] ?? 300);
    if (after > 0) await this.#beyond(key, after, seconds * 1_000, response);
    const entry = this.#entries.get(key);
    response.setHeader('X-Consul-Index', this.#indexOf(key));
    if (!entry) return end(response, 404, '');
    const Value = Buffer.from(entry.value).toString('base64');
    const found = { LockIndex: 0, Key: key, Flags: 0, Value, CreateIndex: 1, ModifyIndex: entry.modified };
    response.setHeader('Content-Type', 'application/json');
    return end(response, 200, JSON.stringify([found]));
  }

  #indexOf(key: string): number {
    return this.#entries.get(key)?.modified ?? this.#index;
  }

  /** Waits until the key's index is greater, the time is up, or nobody listens any more. */
  async #beyond(key: string, after: number, withinMs: number, response: ServerResponse): Promise<void> {
    const ending = new AbortController();
    const over = (): void => {
      ending.abort();
      this.#wake();
    };
    const timer = setTimeout(over, withinMs);
    response.once('close', over);
    while (!ending.signal.aborted && this.#indexOf(key) <= after)
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    clearTimeout(timer);
  }

  #advance(): void {
    this.#index += 1;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function end(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.end(body);
}
