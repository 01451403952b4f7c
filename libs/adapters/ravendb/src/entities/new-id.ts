import { UnavailableError } from '@nestjs-spark/contracts';
import type { RavenConnection } from '../connect/raven-connection.ts';

/** `cars/1-A`: RavenDB's HiLo, which gives each client a range of numbers at a time. */
export async function newId(connection: RavenConnection, collection: string): Promise<string> {
  const entity = { '@metadata': { '@collection': collection } };
  try {
    const store = await connection.store();
    return await store.conventions.generateDocumentId(store.database, entity);
  } catch (cause) {
    throw new UnavailableError(`RavenDB cannot be reached for a new id in ${collection}`, { cause });
  }
}
