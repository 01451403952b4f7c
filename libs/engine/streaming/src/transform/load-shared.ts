import type { ChangeSource } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';

/**
 * What `load()` answers a script: only documents of collections that are shared with its module, whatever id it asks for,
 * and of those only the owner's own. A copy is a third module's document, which its owner has shared with this one alone.
 * @param loadable keys of the collections' names
 */
export function loadShared(
  source: Pick<ChangeSource, 'load'>,
  loadable: ReadonlySet<string>,
): (ids: string[]) => Promise<(Uint8Array | null)[]> {
  return async (ids) => {
    const documents = await source.load(ids);
    return documents.map((found) =>
      found && found.copyOf === null && loadable.has(nameKey(found.collection)) ? found.json : null,
    );
  };
}
