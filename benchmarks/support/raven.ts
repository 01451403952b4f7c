import { Agent, request } from 'undici';

const agent = new Agent({ connections: 8, keepAliveTimeout: 60_000 });

/** One database, accessed as directly as possible, so that what a peer costs is the peer's own. */
export class BenchDatabase {
  readonly url: string;
  readonly name: string;
  readonly server: string;

  constructor(server: string, name: string) {
    this.server = server;
    this.name = name;
    this.url = `${server}/databases/${name}`;
  }

  async recreate(): Promise<void> {
    await this.drop();
    await send(`${this.server}/admin/databases?name=${this.name}&replicationFactor=1`, 'PUT', {
      DatabaseName: this.name,
    });
  }

  async drop(): Promise<void> {
    await send(`${this.server}/admin/databases`, 'DELETE', { DatabaseNames: [this.name], HardDelete: true });
  }

  async fill(count: number, from = 0): Promise<void> {
    for (let at = from; at < from + count; at += 2_048) {
      const commands = [];
      for (let n = at; n < Math.min(at + 2_048, from + count); n++) {
        commands.push({ Id: `cars/${n}`, ChangeVector: null, Type: 'PUT', Document: car(n) });
      }
      await send(`${this.url}/bulk_docs`, 'POST', { Commands: commands });
    }
  }

  async put(id: string, document: object): Promise<void> {
    await send(`${this.url}/docs?id=${encodeURIComponent(id)}`, 'PUT', document);
  }

  async get<T>(id: string): Promise<T | null> {
    const { statusCode, body } = await request(`${this.url}/docs?id=${encodeURIComponent(id)}`, {
      dispatcher: agent,
    });
    const text = await body.text();
    return statusCode === 404 ? null : ((JSON.parse(text) as { Results: T[] }).Results[0] ?? null);
  }

  async page(etag: number, size: number): Promise<Record<string, unknown>[]> {
    const { body } = await request(`${this.url}/docs?etag=${etag}&pageSize=${size}`, { dispatcher: agent });
    return ((await body.json()) as { Results: Record<string, unknown>[] }).Results;
  }

  async bulk(commands: object[]): Promise<void> {
    await send(`${this.url}/bulk_docs`, 'POST', { Commands: commands });
  }

  async lastEtag(): Promise<number> {
    const { body } = await request(`${this.url}/stats`, { dispatcher: agent });
    return ((await body.json()) as { LastDatabaseEtag: number }).LastDatabaseEtag;
  }

  /** Whether some index has not caught up, or there is none yet. */
  async indexing(): Promise<boolean> {
    const { body } = await request(`${this.url}/stats`, { dispatcher: agent });
    const { Indexes } = (await body.json()) as {
      Indexes: { Name: string; IsStale: boolean; State: string }[];
    };
    const running = Indexes.filter(({ State }) => State === 'Normal');
    return running.length === 0 || running.some(({ IsStale }) => IsStale);
  }

  async count(collection: string): Promise<number> {
    const { body } = await request(`${this.url}/collections/stats`, { dispatcher: agent });
    const { Collections } = (await body.json()) as { Collections: Record<string, number> };
    return Collections[collection] ?? 0;
  }
}

/** About 450 bytes as stored, as the targets require. */
export function car(n: number): object {
  return {
    LicensePlate: `1-ABC-${String(n).padStart(6, '0')}`,
    Model: `Model ${n % 97}`,
    Year: 1990 + (n % 36),
    Color: ['red', 'green', 'blue', 'black', 'white'][n % 5],
    Brand: `CarBrands/${n % 41}`,
    Status: 'InUse',
    Notes: `Bought from dealer ${n % 211}, inspected twice a year, tyres changed in autumn, no accidents known.`,
    Owner: { Department: `Department ${n % 19}`, CostCentre: 1_000 + (n % 300), Site: 'Antwerp' },
    '@metadata': { '@collection': 'Cars' },
  };
}

async function send(url: string, method: 'PUT' | 'POST' | 'DELETE', body: object): Promise<void> {
  const answer = await request(url, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    dispatcher: agent,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 400 && answer.statusCode !== 404)
    throw new Error(`${method} ${url}: ${text.slice(0, 500)}`);
}
