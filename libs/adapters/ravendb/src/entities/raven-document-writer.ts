import type { CollectionDeclaration, DocumentWrite, DocumentWriter } from '@nestjs-spark/contracts/internal';
import type { RavenConnection } from '../connect/raven-connection.ts';
import { newId } from './new-id.ts';

/** Writes documents of several collections in one transaction of RavenDB, which is one `bulk_docs`. */
export class RavenDocumentWriter implements DocumentWriter {
  readonly ids = 'ravendb';
  readonly #connection: RavenConnection;

  constructor(connection: RavenConnection) {
    this.#connection = connection;
  }

  newId({ collection }: CollectionDeclaration): Promise<string> {
    return newId(this.#connection.store, collection);
  }

  async writeAll(writes: readonly DocumentWrite[]): Promise<void> {
    const { http } = this.#connection;
    const body = `{"Commands":[${writes.map(toCommand).join(',')}]}`;
    await http.request({ method: 'POST', path: http.path('/bulk_docs'), body });
  }
}

// A patch, since a DELETE would not look which collection the document is of.
const DELETE = `
  const collection = this['@metadata']['@collection'] || '@empty';
  if (collection.toLowerCase() === $collection.toLowerCase()) del(id(this));
  else if ($expected) throw id(this) + ' is one of ' + collection + ' and not of ' + $collection;
`;

function toCommand(write: DocumentWrite): string {
  const { collection } = write.declaration;
  const id = JSON.stringify(write.id);
  if (write.kind === 'delete') {
    const Values = { collection, expected: write.version !== undefined };
    const patch = JSON.stringify({ Script: DELETE, Values });
    return `{"Id":${id},"Type":"PATCH","ChangeVector":${JSON.stringify(write.version ?? null)},"Patch":${patch}}`;
  }
  const version = write.version === undefined ? null : (write.version ?? '');
  const metadata = `"@metadata":{"@collection":${JSON.stringify(collection)}}`;
  const inner = write.fields.slice(1, -1);
  const document = `{${inner}${inner === '' ? '' : ','}${metadata}}`;
  return `{"Id":${id},"Type":"PUT","ChangeVector":${JSON.stringify(version)},"Document":${document}}`;
}
