import { VersionConflictError } from '@nestjs-spark/contracts';
import {
  checkPut,
  fromStoredFields,
  isHouseDocument,
  notOfTheHouse,
  toStoredFields,
  type StateStore,
  type StateWrite,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { RavenHttp } from '../connect/raven-http.ts';
import { isCollectionMismatch } from '../connect/server-error.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { fetchDocuments } from '../read-documents/fetch-documents.ts';
import { readByPrefix } from '../read-documents/read-by-prefix.ts';
import { write } from '../write/transaction.ts';

interface StateDocument {
  '@metadata': { '@id': string; '@change-vector': string; '@collection'?: string };
  [field: string]: unknown;
}

/** Spark's own small documents, PascalCase in the module's database. */
export class RavenStateStore implements StateStore {
  readonly #http: RavenHttp;

  constructor(settings: RavenSettings) {
    this.#http = new RavenHttp(settings);
  }

  async read<T extends object>(id: string): Promise<Versioned<T> | null> {
    const document = await this.#find(id);
    return document && isOwn(document) ? toVersioned<T>(document) : null;
  }

  async list<T extends object>(prefix: string): Promise<Versioned<T>[]> {
    const documents = await readByPrefix<StateDocument>(this.#http, {
      startsWith: prefix,
      idOf: (document) => document['@metadata']['@id'],
    });
    return documents.filter(isOwn).map(toVersioned<T>);
  }

  async write<T extends object>(
    id: string,
    collection: string,
    value: T,
    expected: string | null,
  ): Promise<string> {
    const fence = { ...toPut({ id, collection, value }), expected };
    try {
      return await write(this.#http, { deletes: [], puts: [], fence });
    } catch (error) {
      const isTaken = error instanceof VersionConflictError || isCollectionMismatch(error);
      const there = isTaken ? await this.#find(id) : null;
      throw there && !isOwn(there) ? notOfTheHouse(id, collectionOf(there)) : error;
    }
  }

  async remove(id: string): Promise<void> {
    const there = await this.#find(id);
    if (there && isOwn(there))
      await this.#http.request({ method: 'DELETE', path: this.#http.path('/docs', { id }) });
  }

  async readAll<T extends object>(ids: readonly string[]): Promise<(T | null)[]> {
    if (ids.length === 0) return [];
    const found = await fetchDocuments(this.#http, this.#http, [...ids]);
    return found.map((document) => {
      if (document === null) return null;
      const state = JSON.parse(decodeUtf8(document.json)) as StateDocument;
      return isOwn(state) ? toVersioned<T>(state).value : null;
    });
  }

  /** A document that somebody else has put under such an id is of another collection: RavenDB then refuses the whole transaction. */
  async writeTogether(
    writes: readonly StateWrite[],
    { expected, ...last }: StateWrite & { expected: string | null },
  ): Promise<string> {
    const gone = writes.filter(({ value }) => value === null);
    const puts = writes.flatMap(({ value, ...one }) => (value === null ? [] : [toPut({ ...one, value })]));
    return write(this.#http, {
      deletes: gone.map(({ id }) => ({ id, changeVector: null })),
      puts,
      fence: { ...toPut({ ...last, value: last.value ?? {} }), expected },
    });
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #find(id: string): Promise<StateDocument | null> {
    return (await this.#http.getDocuments<StateDocument>(this.#http.path('/docs', { id })))?.[0] ?? null;
  }
}

function toPut({ id, collection, value }: StateWrite & { value: object }): { id: string; document: string } {
  const fields = toStoredFields(value) as object;
  const text = JSON.stringify({ ...fields, '@metadata': { '@collection': collection } });
  return { id, document: checkPut(id, text) };
}

function isOwn(document: StateDocument): boolean {
  return isHouseDocument(document['@metadata']['@id'], collectionOf(document));
}

function collectionOf({ '@metadata': metadata }: StateDocument): string {
  return metadata['@collection'] ?? '@empty';
}

function toVersioned<T extends object>({ '@metadata': metadata, ...fields }: StateDocument): Versioned<T> {
  return {
    id: metadata['@id'],
    value: fromStoredFields(fields) as T,
    version: metadata['@change-vector'],
  };
}
