import {
  VersionConflictError,
  type ListQuery,
  type Page,
  type Repository,
  type Stored,
} from '@nestjs-spark/contracts';
import { checkPut, parseStored } from '@nestjs-spark/contracts/internal';
import type { RavenConnection } from '../connect/raven-connection.ts';
import { write } from '../write/transaction.ts';
import { fromEntityDocument, toEntityText, type EntityDocument } from './entity-document.ts';
import { toRavenQuery, type RavenQuery } from './list-query.ts';
import { newId } from './new-id.ts';

interface QueryAnswer {
  Results: EntityDocument[];
  TotalResults: number;
}

// A list shows what was written before it was asked for, unless indexing lags by more than this.
const FRESH_WITHIN = '00:00:01';
const PATCH_ATTEMPTS = 20;

/** One collection of the application's documents in RavenDB. */
export class RavenRepository<T extends object> implements Repository<T> {
  readonly #connection: RavenConnection;
  readonly #collection: string;
  readonly #prototype: object;

  /** @param prototype what the entities that come back are made of; plain objects when left out */
  constructor(connection: RavenConnection, collection: string, prototype: object = Object.prototype) {
    this.#connection = connection;
    this.#collection = collection;
    this.#prototype = prototype;
  }

  async get(id: string): Promise<Stored<T> | null> {
    const document = await this.#read(id);
    return document && fromEntityDocument<T>(document, this.#prototype);
  }

  async list(query: ListQuery<T> = {}): Promise<Page<T>> {
    const { Results, TotalResults } = await this.#query(
      toRavenQuery(this.#collection, query, this.#prototype),
    );
    return {
      items: Results.map((document) => fromEntityDocument<T>(document, this.#prototype)),
      total: TotalResults,
    };
  }

  async create(entity: T): Promise<Stored<T>> {
    return this.#write(await newId(this.#connection.store, this.#collection), entity, {}, null);
  }

  async put(id: string, entity: T, options: { version?: string } = {}): Promise<Stored<T>> {
    return this.#write(id, entity, {}, options.version);
  }

  async patch(id: string, changes: Partial<T>): Promise<Stored<T> | null> {
    for (let attempt = 1; ; attempt++) {
      const document = await this.#read(id);
      if (!document) return null;
      const current = fromEntityDocument<T>(document, this.#prototype);
      const metadata = document['@metadata'];
      try {
        return await this.#write(id, { ...current, ...changes }, metadata, metadata['@change-vector']);
      } catch (error) {
        if (!(error instanceof VersionConflictError) || attempt === PATCH_ATTEMPTS) throw error;
      }
    }
  }

  async delete(id: string): Promise<boolean> {
    if (!(await this.#read(id))) return false;
    const { http } = this.#connection;
    const answer = await http.sendJson<{ Results: { Deleted: boolean }[] }>('POST', http.path('/bulk_docs'), {
      Commands: [{ Id: id, Type: 'DELETE', ChangeVector: null }],
    });
    return answer?.Results[0]?.Deleted ?? false;
  }

  async #read(id: string): Promise<EntityDocument | null> {
    const { http } = this.#connection;
    const { status, body } = await http.request({ path: http.path('/docs', { id }) });
    if (status === 404) return null;
    const answer = this.#parse(body.toString('utf8')) as { Results: (EntityDocument | null)[] };
    const document = answer.Results[0] ?? null;
    const collection = document?.['@metadata']['@collection'] ?? '@empty';
    return collection.toLowerCase() === this.#collection.toLowerCase() ? document : null;
  }

  /** @param expected undefined: whatever is there */
  async #write(
    id: string,
    entity: T,
    metadata: Record<string, unknown>,
    expected: string | null | undefined,
  ): Promise<Stored<T>> {
    const text = toEntityText(entity, { ...metadata, '@collection': this.#collection }, this.#prototype);
    const document = checkPut(id, text);
    const { http } = this.#connection;
    const version = await write(http, {
      deletes: [],
      puts: expected === undefined ? [{ id, document }] : [],
      fence: expected === undefined ? null : { id, document, expected },
    });
    const stored = this.#parse(document) as EntityDocument;
    stored['@metadata'] = { '@collection': this.#collection, '@id': id, '@change-vector': version };
    return fromEntityDocument<T>(stored, this.#prototype);
  }

  async #query({ text, parameters }: RavenQuery): Promise<QueryAnswer> {
    const { http } = this.#connection;
    const body = `{"Query":${JSON.stringify(text)},"QueryParameters":${parameters},"WaitForNonStaleResults":true,"WaitForNonStaleResultsTimeout":"${FRESH_WITHIN}"}`;
    const answer = await http.request({ method: 'POST', path: http.path('/queries'), body });
    if (answer.status === 404) return { Results: [], TotalResults: 0 };
    return this.#parse(answer.body.toString('utf8')) as QueryAnswer;
  }

  #parse(text: string): unknown {
    return parseStored(text, this.#prototype);
  }
}
