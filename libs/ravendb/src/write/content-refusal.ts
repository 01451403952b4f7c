import { ContentRefusedError, type StoreRefusedError } from '@nestjs-spark/contracts';
import { blame } from '@nestjs-spark/contracts/internal';
import { RavenRefusedError } from '../connect/server-error.ts';

/** RavenDB's names for what is wrong with a document, not with its own state, a licence or a right. */
const CONTENT = /(CollectionMismatch|InvalidData|EndOfStream|Argument|Format|BadRequest)\w*Exception$/;

/** RavenDB does not let a PUT change a document's collection; deleting it first does. */
export function isCollectionMismatch(error: unknown): error is RavenRefusedError {
  return error instanceof RavenRefusedError && error.type.includes('CollectionMismatch');
}

/** What a refused transaction is to its caller: about one document, about some document, or about none of them. */
export function contentRefusal(
  puts: Iterable<{ id: string; document: string }>,
  error: RavenRefusedError,
): StoreRefusedError {
  const blamed = blame(puts, error);
  if (blamed instanceof ContentRefusedError || !CONTENT.test(error.type)) return blamed;
  return new ContentRefusedError(error.message, null, { cause: error });
}
