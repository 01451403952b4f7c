import {
  checkPut,
  fromStoredFields,
  toStoredFields,
  type StateStore,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { write } from '../write/transaction.ts';

interface StateDocument {
  '@metadata': { '@id': string; '@change-vector': string };
  [field: string]: unknown;
}

interface DocumentsAnswer {
  Results: (StateDocument | null)[];
}

const PAGE = 1_024;

/** Spark's own small documents, PascalCase in the module's database. */
export class RavenStateStore implements StateStore {
  readonly #http: RavenHttp;

  constructor(settings: RavenSettings) {
    this.#http = new RavenHttp(settings);
  }

  async read<T extends object>(id: string): Promise<Versioned<T> | null> {
    const answer = await this.#http.getJson<DocumentsAnswer>(this.#http.path('/docs', { id }));
    const document = answer?.Results[0];
    return document ? toVersioned<T>(document) : null;
  }

  async list<T extends object>(prefix: string): Promise<Versioned<T>[]> {
    const found: Versioned<T>[] = [];
    for (let start = 0; ; start += PAGE) {
      const path = this.#http.path('/docs', { startsWith: prefix, start, pageSize: PAGE });
      const documents = (await this.#http.getJson<DocumentsAnswer>(path))?.Results ?? [];
      found.push(...documents.filter((document) => document !== null).map(toVersioned<T>));
      if (documents.length < PAGE) return found;
    }
  }

  write<T extends object>(
    id: string,
    collection: string,
    value: T,
    expected: string | null,
  ): Promise<string> {
    const fields = toStoredFields(value) as object;
    const text = JSON.stringify({ ...fields, '@metadata': { '@collection': collection } });
    return write(this.#http, {
      deletes: [],
      puts: [],
      fence: { id, document: checkPut(id, text), expected },
    });
  }

  async remove(id: string): Promise<void> {
    await this.#http.request({ method: 'DELETE', path: this.#http.path('/docs', { id }) });
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

function toVersioned<T extends object>({ '@metadata': metadata, ...fields }: StateDocument): Versioned<T> {
  return {
    id: metadata['@id'],
    value: fromStoredFields(fields) as T,
    version: metadata['@change-vector'],
  };
}
