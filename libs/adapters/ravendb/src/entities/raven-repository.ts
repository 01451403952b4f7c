import {
  UnavailableError,
  VersionConflictError,
  type Change,
  type ListQuery,
  type Page,
  type Repository,
  type Stored,
  type Where,
} from '@nestjs-spark/contracts';
import {
  checkDelete,
  EntityMapping,
  PAGE_SIZE,
  pageByPage,
  refusedId,
  type EntityPut,
  type QueryBehind,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { RavenConnection } from '../connect/raven-connection.ts';
import { fetchDocuments } from '../read-documents/fetch-documents.ts';
import { writtenIn } from '../write/written-in.ts';
import { changeOf } from './change-of.ts';
import { fromDocument, type RavenDocument } from './entity-document.ts';
import { toRavenQuery } from './list-query.ts';
import { newId } from './new-id.ts';
import { readAnswer, type QueryAnswer } from './query-answer.ts';
import { readDocuments } from './read-documents.ts';
import { retryRaces } from './retry-races.ts';
import { writeDocument } from './write-documents.ts';

// A list includes everything written before it was requested, unless indexing lags by more than this.
const FRESH_WITHIN = '00:00:01';
// Counting or reading everything waits for an index under construction: a part would look like the whole.
const WHOLE_WITHIN = '00:00:20';

interface DeleteAnswer {
  Results: { Deleted?: boolean; ChangeVector?: string }[];
}

/** One collection of the application's documents in RavenDB. */
export class RavenRepository<T extends object> implements Repository<T> {
  readonly #connection: RavenConnection;
  readonly #collection: string;
  readonly #mapping: EntityMapping;

  /**
   * @param prototype of the returned entities; default: plain objects
   * @param dictionaries paths of objects whose keys are data rather than field names
   */
  constructor(
    connection: RavenConnection,
    collection: string,
    prototype: object = Object.prototype,
    dictionaries: readonly string[] = [],
  ) {
    this.#connection = connection;
    this.#collection = collection;
    this.#mapping = new EntityMapping(prototype, dictionaries);
  }

  async get(id: string): Promise<Stored<T> | null> {
    const document = await this.#read(id);
    return document && fromDocument<T>(this.#mapping, document);
  }

  async list(query: ListQuery<T> = {}): Promise<Page<T>> {
    const { documents, total } = await this.#query(query, FRESH_WITHIN);
    return { items: documents.map((document) => fromDocument<T>(this.#mapping, document)), total };
  }

  async exists(id: string): Promise<boolean> {
    const { http } = this.#connection;
    const [found] = await fetchDocuments(http, http, [id], { metadataOnly: true });
    return found ? sameName(found.collection, this.#collection) : false;
  }

  async count(where?: Where<T>): Promise<number> {
    const { total } = await this.#queryAll({ ...(where && { where }), take: 0 });
    return total;
  }

  all(where?: Where<T>): AsyncIterable<Stored<T>> {
    return pageByPage(async (after) => {
      const page = { ...(where && { where }), after, take: PAGE_SIZE };
      const { documents } = await this.#queryAll(page);
      return documents.map((document) => fromDocument<T>(this.#mapping, document));
    });
  }

  async create(entity: T): Promise<Stored<T>> {
    const putAt = this.#mapping.put(entity);
    const id = await newId(this.#connection, this.#collection);
    return this.#write(id, putAt(id), null);
  }

  async put(id: string, entity: T, options: { version?: string } = {}): Promise<Stored<T>> {
    return this.#write(id, this.#mapping.put(entity)(id), options.version);
  }

  async patch(id: string, changes: Partial<T>): Promise<Stored<T> | null> {
    const fields = this.#mapping.patch(id, changes);
    return retryRaces(async () => {
      const there = await this.#read(id);
      return there && this.#write(there.id, { fields, origin: there }, there.version);
    });
  }

  async delete(id: string, { version }: { version?: string } = {}): Promise<Change | null> {
    checkDelete(id, this.#collection);
    const there = await this.#read(id);
    if (version !== undefined && there?.version !== version) throw new VersionConflictError(id);
    if (!there) return null;
    const { http } = this.#connection;
    const body = JSON.stringify({ Commands: [{ Id: id, Type: 'DELETE', ChangeVector: version ?? null }] });
    const answer = await http.request({ method: 'POST', path: http.path('/bulk_docs'), body });
    const { Results } = JSON.parse(writtenIn(http, answer).toString('utf8')) as DeleteAnswer;
    const { Deleted: isDeleted = false, ChangeVector: changeVector } = Results[0] ?? {};
    return isDeleted ? changeOf(http, changeVector ?? '') : null;
  }

  async #read(id: string): Promise<RavenDocument | null> {
    if (refusedId(id) !== null) return null;
    const [document] = await readDocuments(this.#connection.http, [id]);
    return document && sameName(document.collection, this.#collection) ? document : null;
  }

  /** @param version undefined: any version; null: no document exists yet */
  async #write(id: string, put: EntityPut, version: string | null | undefined): Promise<Stored<T>> {
    const declaration = { collection: this.#collection };
    const document = await writeDocument(this.#connection.http, {
      kind: 'put',
      declaration,
      id,
      version,
      ...put,
    });
    return fromDocument<T>(this.#mapping, document, await changeOf(this.#connection.http, document.version));
  }

  /** @throws {UnavailableError} when the index is not built yet */
  async #queryAll(query: QueryBehind<T>): Promise<QueryAnswer> {
    const answer = await this.#query(query, WHOLE_WITHIN);
    if (!answer.isStale) return answer;
    throw new UnavailableError(
      `RavenDB is still building the index over ${this.#collection} that this query needs: try again later`,
    );
  }

  async #query(query: QueryBehind<T>, within: string): Promise<QueryAnswer> {
    const { text, parameters } = toRavenQuery(this.#collection, query, this.#mapping);
    const { http } = this.#connection;
    const body = `{"Query":${JSON.stringify(text)},"QueryParameters":${parameters},"WaitForNonStaleResults":true,"WaitForNonStaleResultsTimeout":"${within}"}`;
    const answer = await http.request({ method: 'POST', path: http.path('/queries'), body });
    if (answer.status !== 404) return readAnswer(answer.body);
    // Where no document is there, RavenDB answers with an empty list.
    throw new UnavailableError(
      `RavenDB does not answer this query of ${this.#collection} at the moment: it says 404`,
    );
  }
}
