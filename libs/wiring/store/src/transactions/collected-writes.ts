import { StoreRefusedError } from '@nestjs-spark/contracts';
import {
  EntityMapping,
  idKey,
  type DocumentWrite,
  type DocumentWriter,
  type EntityPut,
} from '@nestjs-spark/contracts/internal';
import { declarationOf, type EntityClass } from '../entities/entity.ts';

/** What `SparkTransactions.run()` passes to its function; it cannot be used afterwards. */
export interface SparkTransaction {
  /** The writes of one collection. */
  of<T extends object>(entity: EntityClass<T>): TransactionWrites<T>;
}

/**
 * Writes that are executed at the end of the transaction. Each document may occur once. Entities are captured when they are
 * passed.
 */
export interface TransactionWrites<T extends object> {
  /**
   * Stores a new document and returns its id, which is assigned immediately: if the transaction fails, no other document gets it.
   */
  create(entity: T): Promise<string>;
  /**
   * Replaces the document, or creates it, like `Repository.put`: values that equal the entity's keep their stored text.
   * @param options.version the `stored[VERSION]` that was read. Default: any version is replaced
   */
  put(id: string, entity: T, options?: { version?: string | undefined }): void;
  /**
   * Deletes the document. Without a version, a missing document is ignored.
   * @param options.version as with `put`
   */
  delete(id: string, options?: { version?: string | undefined }): void;
}

/** Collects the writes of a transaction. */
export class CollectedWrites implements SparkTransaction {
  readonly writes: DocumentWrite[] = [];
  readonly #writer: DocumentWriter;
  readonly #named = new Set<string>();
  readonly #ids: Promise<unknown>[] = [];
  #ended = false;

  constructor(writer: DocumentWriter) {
    this.#writer = writer;
  }

  of<T extends object>(entity: EntityClass<T>): TransactionWrites<T> {
    const declaration = declarationOf(entity);
    const mapping = new EntityMapping(entity.prototype as object, declaration.dictionaries);
    return {
      create: (content) => {
        const made = this.#create(declaration, mapping.put(content));
        // When the work fails before it has awaited the id, nobody does: that must not end the process.
        made.catch(() => undefined);
        this.#ids.push(made);
        return made;
      },
      put: (id, content, { version } = {}) => {
        this.#add({ kind: 'put', declaration, id, version, ...mapping.put(content)(id) });
      },
      delete: (id, { version } = {}) => this.#add({ kind: 'delete', declaration, id, version }),
    };
  }

  /** Resolves when every created document has its id, even if nobody awaited it. */
  async idsGiven(): Promise<void> {
    await Promise.all(this.#ids);
  }

  end(): void {
    this.#ended = true;
  }

  async #create(
    declaration: DocumentWrite['declaration'],
    putAt: (id: string) => EntityPut,
  ): Promise<string> {
    this.#refuseWhenEnded();
    const id = await this.#writer.newId(declaration);
    this.#add({ kind: 'put', declaration, id, version: null, ...putAt(id) });
    return id;
  }

  #add(write: DocumentWrite): void {
    this.#refuseWhenEnded();
    const key = idKey(this.#writer.ids, write.id);
    if (this.#named.has(key)) {
      throw new StoreRefusedError(
        `${JSON.stringify(write.id)} is written twice in one transaction: combine both into one write`,
      );
    }
    this.#named.add(key);
    this.writes.push(write);
  }

  #refuseWhenEnded(): void {
    if (this.#ended) throw new Error('This transaction has ended: await every write inside run()');
  }
}
