import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JetStreamModuleRegistry } from '@nestjs-spark/jetstream/internal';
import { onNats } from './on-nats.ts';

/** What M1 has recorded and set aside of each: more than a page. */
const MANY = 130;

/**
 * Many modules in one server, each with copies of up to three others; the last one does not let the console in, and M1 has more
 * to list than a page.
 */
export class ConsoleCrowd {
  readonly #server: Server;
  readonly #many: number;

  private constructor(server: Server, many: number) {
    this.#server = server;
    this.#many = many;
  }

  static async start(many: number): Promise<ConsoleCrowd> {
    const server = createServer((request, response) => {
      const [, name = '', ...path] = (request.url ?? '').split('?', 1)[0]?.split('/') ?? [];
      const at = Number(name.slice(1));
      const isDenied = at === many - 1;
      response.writeHead(isDenied ? 403 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isDenied ? deniedBy(name) : answerOf(at, path.join('/'))));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ConsoleCrowd(server, many);
  }

  /** How many copies they report. */
  get copies(): number {
    return Array.from({ length: this.#many - 1 }, (_, at) => ownersOf(at).length).reduce((a, b) => a + b, 0);
  }

  /** Makes all known where the console looks. */
  async register(natsUrl: string): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    await onNats(natsUrl, async (connection) => {
      const registry = new JetStreamModuleRegistry({ connection });
      for (let at = 0; at < this.#many; at++) {
        const appUrl = `http://127.0.0.1:${port}/M${at}`;
        await registry.register({
          appName: `M${at}`,
          appUrl,
          databaseName: '',
          databaseUrls: [],
          registeredAtUtc: new Date().toISOString(),
        });
      }
    });
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function ownersOf(at: number): number[] {
  const owners = [at - 1, Math.floor(at / 2), Math.floor(at / 3)];
  return [...new Set(owners)].filter((owner) => owner >= 0 && owner < at);
}

function deniedBy(name: string): object {
  return { detail: `${name} does not let this console in. Add Console to SPARK_CONSOLES there.` };
}

function answerOf(at: number, path: string): object {
  if (path === 'spark/about')
    return {
      module: `M${at}`,
      instance: `m${at}`,
      store: { kind: 'sqlite', database: `m${at}.db` },
      engine: 'stream',
      ready: true,
      systems: { replication: '/spark' },
    };
  if (path === 'spark/audit')
    return at === 1 ? Array.from({ length: MANY }, (_, number) => entry(number)) : [];
  if (path === 'spark/etl/set-aside') return at === 1 ? SET_ASIDE : { items: [], groups: [] };
  if (path !== 'spark/replication') return [];
  const incoming = ownersOf(at).map((owner) => ({
    owner: `M${owner}`,
    name: 'Cars',
    collection: 'Cars',
    state: at % 20 === 0 ? 'Faulted' : 'Streaming',
    complete: true,
    behindMs: 0,
    lag: 0,
    position: 5,
    documentsApplied: 5,
    reason: at % 20 === 0 ? { code: 'faulted', text: 'the disk is full' } : null,
  }));
  return { incoming, outgoing: [], requests: [] };
}

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

function entry(number: number): object {
  const [method, path] = ['POST', `/spark/etl/deploy/${number}`];
  return { at: ago(number), who: 'M0', method, path, decision: 'allowed', status: 200 };
}

const SAME = { module: 'M0', task: 'Cars', direction: 'in', kind: 'refused', reason: 'the disk is full' };
const SET_ASIDE = {
  items: Array.from({ length: MANY }, (_, number) => ({
    ...SAME,
    documentId: `cars/${number}`,
    lastAt: ago(number),
  })),
  groups: [{ ...SAME, count: MANY }],
};
