import { cp, rename, rm } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { type Answer, ask, demand, type Question } from './http.ts';
import type { DeployedTask, StoreCommand, StoredDocument, TestDatabase } from './stores/test-database.ts';

const MOST_COMMANDS = 1024;

/** One database, spoken to without any of the code under test. */
export class RavenDatabase implements TestDatabase {
  readonly server: string;
  readonly name: string;
  readonly #dispatcher: Dispatcher | undefined;

  /** @param dispatcher makes the connections to a server that needs a certificate */
  constructor(server: string, name: string, dispatcher?: Dispatcher) {
    this.server = server;
    this.name = name;
    this.#dispatcher = dispatcher;
  }

  get environment(): Record<string, string> {
    return { SPARK_STORE: 'ravendb', RAVENDB_URLS: this.server, RAVENDB_DATABASE: this.name };
  }

  async create(): Promise<void> {
    const answer = await this.#ask(`${this.server}/admin/databases?name=${this.name}&replicationFactor=1`, {
      method: 'PUT',
      body: { DatabaseName: this.name },
    });
    if (answer.status !== 201 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
  }

  async drop(): Promise<void> {
    await this.#demand(`${this.server}/admin/databases`, {
      method: 'DELETE',
      body: { DatabaseNames: [this.name], HardDelete: true },
    });
  }

  /** The files are this machine's: only for servers of the run's own. */
  async backup(): Promise<() => Promise<void>> {
    const { body } = await this.#demand<{ BasePath: string }>(this.url('debug/storage/report'));
    const copy = `${body.BasePath}-backup`;
    await this.whileOffline(() => cp(body.BasePath, copy, { recursive: true }));
    return () =>
      this.whileOffline(async () => {
        await rm(body.BasePath, { recursive: true });
        await rename(copy, body.BasePath);
      });
  }

  async get(id: string): Promise<StoredDocument | null> {
    const { status, body } = await this.#ask<{ Results: StoredDocument[] }>(
      this.url(`docs?id=${encodeURIComponent(id)}`),
    );
    return status === 404 ? null : (body.Results[0] ?? null);
  }

  async put(id: string, document: StoredDocument): Promise<void> {
    await this.#demand(this.url(`docs?id=${encodeURIComponent(id)}`), { method: 'PUT', body: document });
  }

  async delete(id: string): Promise<void> {
    await this.#demand(this.url(`docs?id=${encodeURIComponent(id)}`), { method: 'DELETE' });
  }

  async write(commands: StoreCommand[]): Promise<void> {
    for (let at = 0; at < commands.length; at += MOST_COMMANDS) {
      const part = commands.slice(at, at + MOST_COMMANDS);
      await this.#demand(this.url('bulk_docs'), {
        method: 'POST',
        body: { Commands: part.map(toBulkCommand) },
      });
    }
  }

  async documents(collection: string): Promise<Map<string, StoredDocument>> {
    const found = new Map<string, StoredDocument>();
    const { body } = await this.#demand<{ Results: StoredDocument[] }>(
      this.url('docs?etag=0&pageSize=1000000'),
    );
    for (const document of body.Results) {
      const metadata = document['@metadata'] ?? {};
      if (metadata['@collection'] === collection) found.set(String(metadata['@id']).toLowerCase(), document);
    }
    return found;
  }

  async dump(): Promise<string> {
    const { body } = await this.#demand<object>(this.url('docs?etag=0&pageSize=1000000'));
    return JSON.stringify(body);
  }

  async count(collection: string): Promise<number> {
    const { body } = await this.#demand<{ Collections: Record<string, number> }>(
      this.url('collections/stats'),
    );
    return body.Collections[collection] ?? 0;
  }

  /** It is the server that writes, and it continues. */
  betweenWrites(work: () => void): void {
    work();
  }

  async cleanTombstones(): Promise<void> {
    await this.#demand(this.url('admin/tombstones/cleanup'), { method: 'POST' });
  }

  async documentsPut(task: string): Promise<number | null> {
    const checkpoint = await this.get(`sparkCheckpoints/${task}`);
    return checkpoint && Number(checkpoint['DocumentsPut']);
  }

  async deployedTasks(requester: string): Promise<DeployedTask[]> {
    const deployment = await this.get(`sparkDeployments/${requester}`);
    const tasks = (deployment?.['Tasks'] ?? []) as Record<'Name' | 'Collection' | 'Script', string>[];
    return tasks.map(({ Name, Collection, Script }) => ({
      name: Name,
      collection: Collection,
      script: Script,
    }));
  }

  async lastEtag(): Promise<number> {
    const { body } = await this.#demand<{ LastDatabaseEtag: number }>(this.url('stats'));
    return body.LastDatabaseEtag;
  }

  async indexNames(): Promise<string[]> {
    const { body } = await this.#demand<{ Results: { Name: string }[] }>(this.url('indexes'));
    return body.Results.map(({ Name }) => Name);
  }

  private async whileOffline(work: () => Promise<void>): Promise<void> {
    const body = { DatabaseNames: [this.name] };
    await this.#demand(`${this.server}/admin/databases/disable`, { method: 'POST', body });
    await work();
    await this.#demand(`${this.server}/admin/databases/enable`, { method: 'POST', body });
  }

  #ask<T = unknown>(url: string, question: Question = {}): Promise<Answer<T>> {
    return ask<T>(url, { ...question, dispatcher: this.#dispatcher });
  }

  #demand<T = unknown>(url: string, question: Question = {}): Promise<Answer<T>> {
    return demand<T>(url, { ...question, dispatcher: this.#dispatcher });
  }

  private url(path: string): string {
    return `${this.server}/databases/${this.name}/${path}`;
  }
}

function toBulkCommand(command: StoreCommand): object {
  return 'deleted' in command
    ? { Id: command.id, ChangeVector: null, Type: 'DELETE' }
    : { Id: command.id, ChangeVector: null, Document: command.document, Type: 'PUT' };
}
