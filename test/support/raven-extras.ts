import { ask, demand } from './http.ts';
import type { RavenDatabase } from './raven-database.ts';

/** What hangs on one document. */
export interface Extras {
  /** Name, hash, content type and size, by name. */
  attachments: string[];
  /** `name=value`, by name. */
  counters: string[];
  /** By name: `timestamp values tag`, in order. */
  timeSeries: Record<string, string[]>;
}

interface Metadata {
  '@attachments'?: { Name: string; Hash: string; ContentType: string; Size: number }[];
  '@counters'?: string[];
  '@timeseries'?: string[];
}

interface Entry {
  Timestamp: string;
  Values: number[];
  Tag: string | null;
}

const COUNTER = /"CounterName":("(?:[^"\\]|\\.)*"),"TotalValue":(-?\d+)/g;

/** Reads and changes what hangs on documents of one database, without any of the code under test. */
export class RavenExtras {
  readonly #database: RavenDatabase;

  constructor(database: RavenDatabase) {
    this.#database = database;
  }

  /** RavenDB's own sample data: 1,059 documents, 17 attachments, 77 counter groups, 864 segments of time series. */
  async addNorthwind(): Promise<void> {
    await demand(this.#url('studio/sample-data'), { method: 'POST' });
  }

  /** What hangs on the documents of a collection, by id in lower case; those on which nothing hangs are left out. */
  async all(collection: string): Promise<Record<string, Extras>> {
    const found: Record<string, Extras> = {};
    for (const [id, document] of await this.#database.documents(collection)) {
      const metadata = (document['@metadata'] ?? {}) as Metadata;
      const extras = await this.#read(id, metadata);
      const empty =
        extras.attachments.length + extras.counters.length + Object.keys(extras.timeSeries).length;
      if (empty > 0) found[id] = extras;
    }
    return found;
  }

  async of(id: string): Promise<Extras | null> {
    const document = await this.#database.get(id);
    return document && this.#read(id, (document['@metadata'] ?? {}) as Metadata);
  }

  async increment(id: string, counter: string, by: number): Promise<void> {
    await this.#counters(id, { Type: 'Increment', CounterName: counter, Delta: by });
  }

  async deleteCounter(id: string, counter: string): Promise<void> {
    await this.#counters(id, { Type: 'Delete', CounterName: counter });
  }

  async append(id: string, series: string, entries: { at: string; values: number[] }[]): Promise<void> {
    const Appends = entries.map(({ at, values }) => ({ Timestamp: at, Values: values }));
    await this.#timeSeries(id, { Name: series, Appends });
  }

  /** Both ends included; null: no end. */
  async deleteEntries(id: string, series: string, from: string | null, to: string | null): Promise<void> {
    await this.#timeSeries(id, { Name: series, Deletes: [{ From: from, To: to }] });
  }

  async attach(id: string, name: string, content: Uint8Array, contentType = 'text/plain'): Promise<void> {
    const query = new URLSearchParams({ id, name, contentType });
    const answer = await fetch(this.#url(`attachments?${query}`), {
      method: 'PUT',
      body: Buffer.from(content),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async detach(id: string, name: string): Promise<void> {
    await demand(this.#url(`attachments?${new URLSearchParams({ id, name })}`), { method: 'DELETE' });
  }

  async #read(id: string, metadata: Metadata): Promise<Extras> {
    const attachments = (metadata['@attachments'] ?? []).map(
      ({ Name, Hash, ContentType, Size }) => `${Name} ${Hash} ${ContentType} ${Size}`,
    );
    const counters = metadata['@counters']?.length ? await this.#counterValues(id) : [];
    const timeSeries: Extras['timeSeries'] = {};
    for (const name of metadata['@timeseries'] ?? []) timeSeries[name] = await this.#entries(id, name);
    return { attachments: attachments.toSorted(), counters: counters.toSorted(), timeSeries };
  }

  async #counterValues(id: string): Promise<string[]> {
    // As text: values may be beyond what a double holds.
    const response = await fetch(this.#url(`counters?${new URLSearchParams({ docId: id })}`));
    const found = (await response.text()).matchAll(COUNTER);
    return [...found].map(([, name = '', value = '']) => `${String(JSON.parse(name))}=${value}`);
  }

  async #entries(id: string, name: string): Promise<string[]> {
    const query = new URLSearchParams({ docId: id, name, pageSize: '100000' });
    const { status, body } = await ask<{ Entries: Entry[] }>(this.#url(`timeseries?${query}`));
    if (status === 404) return [];
    // Tags of incremental series name the database they were counted in.
    return body.Entries.map(({ Timestamp, Values, Tag }) => {
      return `${Timestamp} ${Values.join(',')} ${Tag?.startsWith('TC:') ? '' : (Tag ?? '')}`;
    });
  }

  async #counters(id: string, operation: object): Promise<void> {
    const body = { Documents: [{ DocumentId: id, Operations: [operation] }] };
    await demand(this.#url('counters'), { method: 'POST', body });
  }

  async #timeSeries(id: string, body: object): Promise<void> {
    await demand(this.#url(`timeseries?${new URLSearchParams({ docId: id })}`), { method: 'POST', body });
  }

  #url(path: string): string {
    return `${this.#database.server}/databases/${this.#database.name}/${path}`;
  }
}
