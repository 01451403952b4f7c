import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { Breakers, isObject } from '@nestjs-spark/foundation/internal';
import { RavenNode, type RavenAnswer, type RavenRequest, type RavenStream } from './raven-node.ts';
import { describeUrl, type RavenSettings } from './settings.ts';

/**
 * One RavenDB database over HTTP, for whatever has to be fast or is missing from the client. Network errors and servers that
 * cannot answer become `UnavailableError`, refusals `StoreRefusedError`, lost races `VersionConflictError`.
 */
export class RavenHttp {
  readonly database: string;
  readonly #root: string;
  readonly #nodes: RavenNode[];
  #current = 0;

  constructor(settings: RavenSettings) {
    if (settings.urls.length === 0) {
      throw new StoreRefusedError(`RavenDB has no address for database ${settings.database}: set its urls`);
    }
    this.database = settings.database;
    this.#root = `/databases/${encodeURIComponent(settings.database)}`;
    const { certificate, database, breakers = new Breakers() } = settings;
    this.#nodes = settings.urls.map((url) => {
      const name = `RavenDB at ${describeUrl(url)}`;
      const breaker = breakers.of({
        target: `ravendb:${new URL(url).host}`,
        isOutage,
        refuse: (cause) => new UnavailableError(`${name} cannot be reached`, { cause }),
      });
      return new RavenNode({ url, name: `${name}, database ${database}`, certificate, breaker });
    });
  }

  /** A path within the database, with its query. */
  path(path: string, query: Record<string, string | number | boolean> = {}): string {
    const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    return `${this.#root}${path}${pairs.length ? `?${pairs.join('&')}` : ''}`;
  }

  /** Asks the node that answered last, then the others. */
  async request(request: RavenRequest): Promise<RavenAnswer> {
    let failure: unknown;
    for (let tried = 0; tried < this.#nodes.length; tried++) {
      const index = this.#current;
      try {
        return await this.#node(index).request(request);
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        failure = error;
        this.#leave(index);
      }
    }
    throw failure;
  }

  /** Runs related work on one node: etags and the database id are node-specific, so responses of two nodes must not be mixed. */
  async onOneNode<T>(work: (node: RavenNode) => Promise<T>): Promise<T> {
    const index = this.#current;
    try {
      return await work(this.#node(index));
    } catch (error) {
      if (error instanceof UnavailableError) this.#leave(index);
      throw error;
    }
  }

  /** A response to be streamed; null for 404. */
  stream(path: string): Promise<RavenStream | null> {
    return this.onOneNode((node) => node.stream(path));
  }

  async getJson<T>(path: string, signal?: AbortSignal): Promise<T | null> {
    const { status, body } = await this.request({ path, ...(signal ? { signal } : {}) });
    return status === 404 ? null : this.#parse<T>(body);
  }

  /**
   * The documents that a path lists; null where RavenDB has none.
   * @throws {UnavailableError} for any other answer: taken for an empty list, it would say that there are none
   */
  async getDocuments<T>(path: string): Promise<(T | null)[] | null> {
    const { status, body } = await this.request({ path });
    if (status === 404) return null;
    const answer = this.#parse<unknown>(body);
    const results = isObject(answer) ? answer['Results'] : undefined;
    if (Array.isArray(results)) return results as (T | null)[];
    throw this.#noAnswer('is not a list of documents');
  }

  async sendJson<T>(
    method: 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T | null> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = { ...(text === undefined ? {} : { body: text }), ...(signal ? { signal } : {}) };
    const answer = await this.request({ method, path, ...options });
    return answer.status === 404 || answer.body.length === 0 ? null : this.#parse<T>(answer.body);
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
  }

  #node(index: number): RavenNode {
    const node = this.#nodes[index];
    if (!node) throw new RangeError(`No node ${index}`);
    return node;
  }

  #parse<T>(body: Buffer): T {
    try {
      return JSON.parse(body.toString('utf8')) as T;
    } catch (cause) {
      throw this.#noAnswer('is not JSON', cause);
    }
  }

  /** A proxy, or another server, has answered in place of RavenDB. */
  #noAnswer(what: string, cause?: unknown): UnavailableError {
    return new UnavailableError(
      `The answer for database ${this.database} ${what}: check that RavenDB is at the address that is set`,
      { cause },
    );
  }

  #leave(index: number): void {
    if (this.#current === index) this.#current = (index + 1) % this.#nodes.length;
  }
}

/** A server that answers with a failure is reachable; one that exceeds a caller's timeout counts as unreachable. */
function isOutage(error: unknown): boolean {
  if (error instanceof UnavailableError) return !error.answered;
  return error instanceof Error && error.name === 'TimeoutError';
}
