import type { CollectionDeclaration, DocumentWrite, DocumentWriter } from '@nestjs-spark/contracts/internal';
import type { RavenConnection } from '../connect/raven-connection.ts';
import { newId } from './new-id.ts';
import { writeDocuments } from './write-documents.ts';

/** Writes documents of several collections in one RavenDB transaction. */
export class RavenDocumentWriter implements DocumentWriter {
  readonly ids = 'ravendb';
  readonly #connection: RavenConnection;

  constructor(connection: RavenConnection) {
    this.#connection = connection;
  }

  newId({ collection }: CollectionDeclaration): Promise<string> {
    return newId(this.#connection, collection);
  }

  async writeAll(writes: readonly DocumentWrite[]): Promise<void> {
    await writeDocuments(this.#connection.http, writes);
  }
}
