import { randomUUID } from 'node:crypto';

/** RavenDB's own ETL engine, asked through its test endpoint, which needs no licence. */
export class RavenOracle {
  readonly #server: string;
  readonly #database = `SparkEtlScript-${randomUUID().slice(0, 8)}`;

  constructor(server: string) {
    this.#server = server;
  }

  async create(documents: Record<string, string>): Promise<void> {
    await this.#call(
      'PUT',
      `/admin/databases?name=${this.#database}`,
      JSON.stringify({ DatabaseName: this.#database, Settings: {} }),
    );
    for (const [id, document] of Object.entries(documents)) {
      await this.#call('PUT', `/databases/${this.#database}/docs?id=${encodeURIComponent(id)}`, document);
    }
  }

  async remove(): Promise<void> {
    await this.#call(
      'DELETE',
      '/admin/databases',
      JSON.stringify({ DatabaseNames: [this.#database], HardDelete: true }),
    );
  }

  /** The document as the server stores it, numbers as written; null when there is none. */
  async read(id: string): Promise<string | null> {
    const answer = await this.#call('GET', `/databases/${this.#database}/docs?id=${encodeURIComponent(id)}`);
    return (
      /^\{"Results":\[(null|.*)\],"Includes":\{\}.*\}$/s.exec(answer)?.[1]?.replace(/^null$/, '') || null
    );
  }

  /** What RavenDB would send, its JSON untouched. */
  async ask(script: string, id: string, collection: string, isDelete: boolean): Promise<string> {
    const transform = { Name: 'script', Collections: [collection], Script: script };
    const configuration = {
      Name: 'test',
      ConnectionStringName: 'none',
      EtlType: 'Raven',
      Transforms: [transform],
    };
    return this.#call(
      'POST',
      `/databases/${this.#database}/admin/etl/raven/test`,
      JSON.stringify({ DocumentId: id, IsDelete: isDelete, Configuration: configuration }),
    );
  }

  async #call(method: string, path: string, body?: string): Promise<string> {
    const response = await fetch(this.#server + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404)
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }
}
