import { randomUUID } from 'node:crypto';
import { memberName, scanMembers, skipBlanks, skipValue } from '@nestjs-spark/contracts/internal';

/** A document as the server stores it, its text untouched. */
export interface OracleDocument {
  id: string;
  collection: string;
  text: string;
}

const NO_DATABASE = 404;

/** RavenDB's own ETL engine, used through its test endpoint, which needs no licence. */
export class RavenOracle {
  readonly #server: string;
  readonly #database = `SparkEtlScript-${randomUUID().slice(0, 8)}`;

  constructor(server: string) {
    this.#server = server;
  }

  async create(documents: Record<string, string> = {}): Promise<void> {
    await this.#call(
      'PUT',
      `/admin/databases?name=${this.#database}`,
      JSON.stringify({ DatabaseName: this.#database, Settings: {} }),
    );
    for (const [id, document] of Object.entries(documents)) await this.write(id, document);
  }

  /** Fills the database with RavenDB's own sample data. */
  async createNorthwind(): Promise<void> {
    await this.create();
    await this.#call('POST', `/databases/${this.#database}/studio/sample-data`);
  }

  async remove(): Promise<void> {
    await this.#call(
      'DELETE',
      '/admin/databases',
      JSON.stringify({ DatabaseNames: [this.#database], HardDelete: true }),
    );
  }

  async write(id: string, document: string): Promise<void> {
    await this.#call('PUT', `/databases/${this.#database}/docs?id=${encodeURIComponent(id)}`, document);
  }

  /** The document as the server stores it, numbers as written; null when there is none. */
  async read(id: string): Promise<string | null> {
    const answer = await this.#call('GET', `/databases/${this.#database}/docs?id=${encodeURIComponent(id)}`);
    return (
      /^\{"Results":\[(null|.*)\],"Includes":\{\}.*\}$/s.exec(answer)?.[1]?.replace(/^null$/, '') || null
    );
  }

  /** Every document of the database, by id. */
  async readAll(): Promise<OracleDocument[]> {
    const answer = await this.#call('GET', `/databases/${this.#database}/docs?start=0&pageSize=10000`);
    return arrayItems(memberText(answer, 'Results'))
      .map((text) => ({ text, ...namesOf(text) }))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** What RavenDB would send, its JSON untouched; throws when it refuses the script. */
  async ask(
    script: string,
    id: string,
    collections: string | string[],
    isDelete: boolean,
    applyToAll = false,
  ): Promise<string> {
    const transform = {
      Name: 'script',
      Collections: applyToAll ? [] : [collections].flat(),
      ApplyToAllDocuments: applyToAll,
      Script: script,
    };
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
    if (!response.ok && response.status !== NO_DATABASE)
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }
}

/** A member's value as written. */
export function memberText(object: string, name: string): string {
  let found = 'null';
  scanMembers(object, (member) => {
    if (memberName(object, member) === name) found = object.slice(member.valueStart, member.valueEnd);
  });
  return found;
}

/** The items of a JSON array as written. */
export function arrayItems(array: string): string[] {
  const items: string[] = [];
  let at = skipBlanks(array, 1);
  while (at < array.length && array[at] !== ']') {
    const end = skipValue(array, at);
    items.push(array.slice(at, end));
    at = skipBlanks(array, end);
    if (array[at] === ',') at = skipBlanks(array, at + 1);
  }
  return items;
}

function namesOf(text: string): Pick<OracleDocument, 'id' | 'collection'> {
  const metadata = JSON.parse(memberText(text, '@metadata')) as Record<string, string>;
  return { id: metadata['@id'] ?? '', collection: metadata['@collection'] ?? '' };
}
