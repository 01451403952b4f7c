import { houseCollectionOf } from '../names/house-documents.ts';
import { StoreRefusedError } from './errors.ts';

/**
 * For one of Spark's own documents that cannot be read because it was modified from outside.
 * @throws {StoreRefusedError} with the remedy
 */
export function refuseOdd(id: string): never {
  throw new StoreRefusedError(
    `The document ${JSON.stringify(id)} is not as Spark writes it: restore it from a backup, or delete it, and it is recreated`,
  );
}

/** A foreign document occupies an id where Spark keeps one of its own. */
export function notOfTheHouse(id: string, collection: string): StoreRefusedError {
  const own = houseCollectionOf(id) ?? 'a collection of its own';
  return new StoreRefusedError(
    `The document ${JSON.stringify(id)} is one of ${JSON.stringify(collection)}, but Spark keeps its own document of ${own} under this id: copy it to another id and delete it`,
  );
}
